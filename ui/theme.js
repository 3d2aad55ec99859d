// Sets the theme of the last session before the first paint; the program sets it again from the settings.
(() => {
  try {
    const theme = localStorage.getItem('winnow.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch { /* without storage the system's theme is used */ }
})();
