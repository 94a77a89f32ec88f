// Keeps the theme. Runs before the first paint, so that none flashes by.
(() => {
  const light = matchMedia("(prefers-color-scheme: light)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; the system's theme will do.
  }
  const apply = () => {
    document.documentElement.dataset.theme = chosen ?? (light.matches ? "light" : "dark");
    dispatchEvent(new Event("themechange"));
  };
  document.addEventListener("themetoggle", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // Then the choice lasts as long as the page.
    }
    apply();
  });
  light.addEventListener("change", apply);
  matchMedia("(forced-colors: active)").addEventListener("change", apply);
  apply();
})();
