document.getElementById('root').textContent = 'Poll';
