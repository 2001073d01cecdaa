document.body.textContent = "Tours";
