document.title = "Bakery";
