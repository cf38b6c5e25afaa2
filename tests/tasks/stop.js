// Of the element where the keyboard should come to: the key that leads on to it from where the focus
// is ("" if it is there), and what is wrong with this stop ("" if nothing).
(target) => {
  const here = document.activeElement;
  const key = () => {
    if (here === target) return "";
    if (here.type === "radio" && target.type === "radio" && here.name === target.name) return "ArrowDown";
    if (here === document.body) return "Tab";
    const behind = here.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING;
    return behind ? "Shift+Tab" : "Tab";
  };
  const told = () => `${here.tagName} ${(here.name || here.textContent).trim().slice(0, 40)}`;
  const fault = () => {
    if (here === document.body || here.tabIndex < 0) return ""; // no stop
    const style = getComputedStyle(here);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `${told()} shows no focus`;
    const box = here.getClientRects()[0];
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (left >= right || top >= bottom) return `${told()} is not on the screen`;
    const drawn = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const own = drawn && (here.contains(drawn) || drawn.contains(here));
    return own ? "" : `${told()} is covered by ${drawn?.tagName}.${drawn?.className}`;
  };
  return [key(), fault()];
}
