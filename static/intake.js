/* Ctrl+Entrée ends the call: Entrée alone keeps it. */
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  document.querySelector('[data-register]')?.click();
});
