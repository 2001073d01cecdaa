document.body.textContent = "Board";
