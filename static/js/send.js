// Sends the one form that a page is for; without scripts its button does.
document.querySelector("form[data-send]")?.submit();
