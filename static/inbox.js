/* The inbox under the keys: j and k, Échap back to the same row at the same height. Entrée is the link's own. */
(() => {
  'use strict';

  const rows = [...document.querySelectorAll('[data-slot-row]')];
  const here = location.pathname + location.search;
  const [, , reference] = location.pathname.split('/');
  const kept = JSON.parse(sessionStorage.inbox || '{}');
  const keep = (more) => { sessionStorage.inbox = JSON.stringify(Object.assign(kept, more)); };
  const isList = location.pathname === '/demandes';

  if (isList) {
    const row = rows.find((each) => each.id === kept.row);
    if (row && kept.here === here) {
      scrollTo(0, kept.top);
      row.focus({ preventScroll: true });
    }
    document.addEventListener('click', ({ target }) => {
      const link = target.closest('[data-slot-row]');
      if (link) keep({ here, row: link.id, top: scrollY });
    });
  } else if (kept.here && reference) keep({ row: reference });

  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target.matches('textarea, select, input:not([type=checkbox], [type=radio])')) return;
    const step = { j: 1, k: -1 }[key];
    if (step && isList) {
      const next = rows[rows.indexOf(target) + step] ?? rows[step > 0 ? 0 : rows.length - 1];
      next?.focus();
    } else if (step) document.querySelector(step > 0 ? 'a[rel=next]' : 'a[rel=prev]')?.click();
    else if (key === 'Escape' && !isList) {
      const back = document.querySelector('a.back');
      if (back) location.assign(kept.here || back.href);
    }
  });
})();
