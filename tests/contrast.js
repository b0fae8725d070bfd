// Every text that is shown, with its WCAG 2.2 contrast against what is really painted behind it.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();  // a page has a dozen colours
  const channels = colour => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = colour => {
    const [r, g, b] = colour.slice(0, 3).map(c => c / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(channels(getComputedStyle(at).backgroundColor));
    return layers.reduce((below, layer) => over(layer, below), channels(matchMedia("(prefers-color-scheme: dark)").matches ? "black" : "white"));
  };
  const ratio = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const found = [];
  for (const part of document.querySelectorAll("details")) part.open = true;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || element.closest("script, style, .aside, [hidden]") || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const ink = channels(element.closest("svg") ? style.fill : style.color);
    found.push({ what: text.slice(0, 40), ratio: ratio(over(ink, ground), ground), least: 4.5 });
  }
  for (const shape of document.querySelectorAll("rect")) {
    if (shape.closest(".trial")) continue;
    const style = getComputedStyle(shape);
    const ground = behind(shape);
    const ink = channels(style.fill === "none" ? style.stroke : style.fill);
    if (shape.matches(".stopped .floor")) continue;
    found.push({ what: `bar ${shape.closest("tr, li").className}`, ratio: ratio(over(ink, ground), ground), least: 3 });
  }
  return found;
}
