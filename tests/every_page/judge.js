// What a browser finds wrong with the page that it shows (console.md 6.1: A1, A7, A8, A10).
(() => {
  const SMALL = 24;
  const inline = (element) => getComputedStyle(element).display === "inline" && element.tagName === "A";
  const name = (element) => `${element.tagName.toLowerCase()} ${(element.textContent || element.name || element.id).trim().slice(0, 40)}`;

  /** Shows another page without loading it: what is in the head is the same on all. */
  window.show = (page, script) => {
    const given = new DOMParser().parseFromString(page, "text/html");
    const root = document.documentElement;
    for (const one of [...root.attributes]) root.removeAttribute(one.name);
    for (const one of given.documentElement.attributes) root.setAttribute(one.name, one.value);
    document.title = given.title;
    document.body.replaceWith(document.adoptNode(given.body));
    new Function(script)();
  };

  const axeFaults = async ({ exclude, options }) => {
    const found = await axe.run({ exclude }, { ...options, resultTypes: ["violations"], selectors: false });
    return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  };

  const sticksOut = () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`${scrollWidth} px wide in ${clientWidth} px`] : [];
  };

  /** Links within text are as high as the text (WCAG 2.5.8 exempts them); a short word is narrow,
      and axe sees to it that nothing else is near. */
  const tooSmall = () => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary, select, textarea")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !inline(one) && !one.closest(".sr, .skip"))
    .filter((one) => !["checkbox", "radio"].includes(one.type))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => Math.min(one.tagName === "A" ? SMALL : box.width, box.height) < SMALL - 0.5)
    .map(([one, box]) => `${name(one)} is ${Math.round(box.width)} × ${Math.round(box.height)} px`);

  /** From its top: what the bar covers when the page is scrolled can be scrolled out again. */
  window.judged = async (asked) => {
    window.scrollTo(0, 0);
    return [...await axeFaults(asked), ...sticksOut(), ...tooSmall()];
  };

  /** With text twice as large: nothing is cut off, nothing sticks out. */
  window.largeText = () => {
    document.documentElement.style.fontSize = "200%";
    const cut = [...document.querySelectorAll("body *")].filter((one) => {
      const { overflowX, overflowY } = getComputedStyle(one);
      const hides = [overflowX, overflowY].some((how) => how === "hidden" || how === "clip");
      const fits = one.scrollHeight <= one.clientHeight + 2 && one.scrollWidth <= one.clientWidth + 2;
      return hides && !fits && one.textContent.trim() && one.checkVisibility() && !one.closest(".sr, svg");
    });
    const found = [...cut.map((one) => `${name(one)} is cut off`), ...sticksOut()].map((one) => `at 200 %: ${one}`);
    document.documentElement.style.fontSize = "";
    return found;
  };
})();
