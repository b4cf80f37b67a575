/* Beyond links, forms and htmx. Every part is optional. */
(() => {
  'use strict';

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (name, properties) => Object.assign(document.createElement(name), properties);
  const token = () => one('meta[name=csrf-token]')?.content ?? '';
  const isTextField = (element) =>
    element.matches('textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])');

  /* Said to screen readers, and in a bar. */

  function announce(sentence) {
    const live = one('#live');
    if (live && sentence) live.textContent = sentence;
  }

  /* A poll's trouble goes with the next good poll; a gesture's stays until the next gesture. */
  function warn(sentence, source, withReload) {
    const bar = one('#alert');
    const by = source.matches?.('[data-poll]') ? 'poll' : 'gesture';
    if (!bar || (!bar.hidden && by === 'poll')) return;
    bar.dataset.by = by;
    bar.textContent = sentence;
    if (withReload) bar.append(' ', make('a', { href: location.href, textContent: 'Recharger la page' }));
    bar.hidden = false;
  }

  function calm(source) {
    const bar = one('#alert');
    if (bar && (bar.dataset.by === 'poll' || !source.matches?.('[data-poll]'))) bar.hidden = true;
  }

  /* What htmx does not swap (see the meta tag) is said above the page. */
  function onErrorStatus({ target, detail: { ctx } }) {
    const { status } = ctx.response;
    const isSwapped = (status === 409 || status === 422) && ctx.hx.reswap !== 'none';
    if (!isSwapped) warn(sentenceOf(status, ctx.text), target, status !== 429);
  }

  function sentenceOf(status, html) {
    if (status === 401) return 'Votre session a pris fin. Ce que vous avez écrit est encore à l’écran.';
    const text = new DOMParser().parseFromString(html, 'text/html').body.textContent.trim().replace(/\s+/g, ' ');
    return text && text.length < 300 ? text : 'Le serveur a eu une difficulté. Vérifiez avant de recommencer.';
  }

  function onNoAnswer({ target }) {
    warn('Le réseau ne répond pas. L’écran peut ne plus être à jour ; rien de ce que vous avez écrit n’est perdu.', target);
  }

  /* Requests: the token, and polls that cost nothing when nothing changed. */

  function onConfigure({ detail: { ctx } }) {
    const { request, sourceElement } = ctx;
    if (request.method !== 'GET') request.headers['X-CSRFToken'] = token();
    if (!sourceElement.matches('[data-poll]')) return;
    request.headers['X-Poll'] = '1';
    if (sourceElement.dataset.etag) request.headers['If-None-Match'] = sourceElement.dataset.etag;
  }

  function onBeforeRequest(event) {
    if (event.target.matches('[data-poll]') && document.hidden) event.preventDefault();
  }

  function onAnswer({ target, detail: { ctx } }) {
    if (ctx.response.status < 400 || ctx.response.status === 422 || ctx.response.status === 409) calm(target);
    const etag = ctx.response.headers.get('ETag');
    if (etag && target.matches('[data-poll]')) target.dataset.etag = etag;
  }

  /* Swaps: an open row stays in place, so does the focus; the change is said. */

  let held = null;

  function onBeforeSwap({ detail: { ctx, tasks } }) {
    const focused = document.activeElement;
    const open = one('[hx-morph-skip][id]');
    held = {
      row: focused?.closest?.('.slot[id], [data-row][id]')?.id,
      open: open?.id,
      top: open?.getBoundingClientRect().top,
    };
    if (!ctx.sourceElement.matches('[data-poll]')) return;
    for (const { fragment, target } of tasks) {
      all('[autofocus]', fragment).forEach((element) => element.removeAttribute('autofocus'));
      all('[autofocus]', target).forEach((element) => element.removeAttribute('autofocus'));
      all('[hx-morph-skip][id]', target).forEach((row) => keepRow(row, fragment));
    }
  }

  /* An answer that no longer lists the open row must not close it. */
  function keepRow(row, fragment) {
    if (one('#' + CSS.escape(row.id), fragment)) return;
    const copy = row.cloneNode(true);
    for (let sibling = row.previousElementSibling; sibling; sibling = sibling.previousElementSibling) {
      const before = sibling.id && one('#' + CSS.escape(sibling.id), fragment);
      if (before) return before.after(copy);
    }
    const list = row.parentElement.id && one('#' + CSS.escape(row.parentElement.id), fragment);
    (list || one(row.parentElement.tagName + '.' + row.parentElement.classList[0], fragment) || fragment).prepend(copy);
  }

  function onAfterSwap({ detail: { ctx } }) {
    const open = held?.open && document.getElementById(held.open);
    if (open && ctx.sourceElement.matches('[data-poll]')) {
      const moved = open.getBoundingClientRect().top - held.top;
      if (moved) scrollBy({ top: moved, behavior: 'instant' });
    }
    if (document.activeElement === document.body && held?.row) {
      const row = document.getElementById(held.row);
      (one('[autofocus]', row ?? document) ?? (row && one('[aria-invalid=true], a[href], button', row)))?.focus();
    }
    const said = all('[data-announce]').filter((element) => !element.said);
    said.forEach((element) => { element.said = true; announce(element.dataset.announce); });
    if (!ctx.sourceElement.matches('[data-poll]')) typeAgain();
    tick();
  }

  /* Keyboard of the desk. */

  /* Keys typed while a row opens wait for it. */
  let typed = '';

  function typeAgain() {
    for (const key of typed) {
      const target = document.activeElement;
      if (!target.closest('.is-open')) break;
      if (isTextField(target)) target.value += key;
      else answerByKey({ key, target });
    }
    typed = '';
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { key, target } = event;
    if (!key[1] && target.matches('.htmx-request')) {
      event.preventDefault();
      typed += key;
      return;
    }
    if (key === 'Escape') return giveBack(event);
    if (key === '?' && (!isTextField(target) || (target.matches('[data-filter]') && !target.value))) return openKey(event);
    if (key === 'ArrowDown' || key === 'ArrowUp') return moveRow(event, key === 'ArrowDown' ? 1 : -1);
    if (target.matches('[data-filter]') && key === 'Enter') return switchLetter(event);
    if (!isTextField(target)) answerByKey(event);
  }

  /* « ? » leads to the definition. */
  function openKey(event) {
    const link = one(`a[data-key="${CSS.escape(event.key)}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  }

  function giveBack(event) {
    const button = one('[data-escape]', event.target.closest('.is-open, .opened') ?? document);
    if (button) {
      event.preventDefault();
      button.focus();
      button.click();
    } else if (event.target.matches('[data-filter]')) {
      event.target.value = '';
      event.target.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }

  function moveRow(event, step) {
    const { target } = event;
    const filter = one('[data-filter]');
    const isOnRow = target.matches('[data-slot-row]');
    if (!isOnRow && target !== filter && target !== document.body) return;
    const rows = all('[data-slot-row]').filter((row) => row.offsetParent);
    const next = isOnRow ? rows[rows.indexOf(target) + step] : rows[step > 0 ? 0 : -1];
    const goal = next ?? (step < 0 ? filter : null);
    if (!goal) return;
    event.preventDefault();
    goal.focus();
  }

  function switchLetter(event) {
    const filter = event.target;
    const letter = filter.value.trim().toUpperCase();
    const choice = letter.length === 1 && one(`[data-letter="${CSS.escape(letter)}"]`);
    if (!choice) return;
    event.preventDefault();
    filter.value = '';
    choice.click();
  }

  function answerByKey(event) {
    const group = event.target.closest?.('[data-keys]');
    const choice = group && all('[aria-keyshortcuts]', group)
      .find((input) => input.getAttribute('aria-keyshortcuts') === event.key.toUpperCase());
    if (!choice) return;
    event.preventDefault?.();
    choice.click();
    const fields = all('input:not([type=hidden]), select, textarea', group.form ?? group.closest('form') ?? document);
    fields.find((field) => isTextField(field) && group.compareDocumentPosition(field) & 4)?.focus();
  }

  /* Countdowns, on the server's clock. */

  const offsets = new WeakMap();

  function secondsLeft(element, until) {
    if (!offsets.has(element)) offsets.set(element, Number(element.dataset.now ?? Date.now()) - Date.now());
    return Math.max(0, Math.round((until - Date.now() - offsets.get(element)) / 1000));
  }

  function inWords(seconds) {
    return seconds >= 60 ? `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')}` : `${seconds} s`;
  }

  function write(element, seconds) {
    const left = one('[data-left]', element);
    const words = inWords(seconds);
    if (left && left.textContent !== words) left.textContent = words;
  }

  function tickHold(element) {
    if (element.classList.contains('is-over')) return;
    const seconds = secondsLeft(element, Number(element.dataset.holdUntil));
    const bar = one('progress', element);
    if (bar) bar.value = seconds;
    write(element, seconds);
    if (seconds < 30 && !element.classList.contains('is-late')) {
      element.classList.add('is-late');
      if (seconds) announce(`Encore ${seconds} secondes`);
    }
    if (seconds) return;
    element.classList.add('is-over');
    one('span', element).textContent = element.dataset.over ?? '';
    announce(element.dataset.over);
  }

  function tickUndo(element) {
    const seconds = secondsLeft(element, Number(element.dataset.undoUntil));
    write(element, seconds);
    if (seconds) return;
    const gone = element.closest('form, button, a') ?? element;
    gone.hidden = true;
    element.removeAttribute('data-undo-until');
    if (gone.nextElementSibling?.matches('[data-after-undo]')) gone.nextElementSibling.hidden = false;
  }

  function tick() {
    all('[data-hold-until]').forEach(tickHold);
    all('[data-undo-until]').forEach(tickUndo);
  }

  /* The shared desk locks when there is no gesture; a poll is none. */

  let lastGesture = Date.now();
  let lastPing = Date.now();

  function onGesture() {
    lastGesture = Date.now();
    shareGesture();
    const { activityUrl } = document.body.dataset;
    if (!activityUrl || lastGesture - lastPing < 60000) return;
    lastPing = lastGesture;
    fetch(activityUrl, { method: 'POST', headers: { 'X-CSRFToken': token() }, keepalive: true }).catch(() => {});
  }

  const otherTabs = 'BroadcastChannel' in window ? new BroadcastChannel('desk') : null;
  let lastShared = 0;

  function shareGesture() {
    if (lastGesture - lastShared < 1000) return;
    lastShared = lastGesture;
    otherTabs?.postMessage('gesture');
  }

  function watchDesk() {
    const { lockAfter, lockUrl } = document.body.dataset;
    if (lockUrl && Date.now() - lastGesture >= lockAfter * 1000) lock(lockUrl);
  }

  function lock(url) {
    const form = make('form', { method: 'post', action: url });
    const draft = one('form[data-draft]');
    addHidden(form, 'csrf_token', token());
    if (draft && hasText(draft)) {
      const written = new FormData(draft);
      written.delete('csrf_token');
      addHidden(form, 'draft', new URLSearchParams(written).toString());
      addHidden(form, 'draft_url', draft.getAttribute('action') ?? '');
    }
    document.title = 'Poste verrouillé';
    document.documentElement.classList.add('is-locked');
    document.body.removeAttribute('data-lock-url');
    document.body.replaceChildren(form);
    form.submit();
  }

  function hasText(form) {
    return all('input:not([type=hidden]), textarea', form).some((field) => isTextField(field) && field.value.trim());
  }

  function addHidden(form, name, value) {
    form.append(make('input', { type: 'hidden', name, value }));
  }

  /* Steppers, printing. */

  function onClick(event) {
    const button = event.target.closest?.('button');
    if (button?.matches('[data-stepper] [name=step]')) step(event, button);
    if (button?.matches('[data-print]')) print();
  }

  function step(event, button) {
    event.preventDefault();
    const input = one('input', button.closest('[data-stepper]'));
    const before = input.value;
    const sign = button.value.endsWith(':-1') ? -1 : 1;
    if (input.dataset.minutes) input.value = shifted(input.value, sign * input.dataset.minutes);
    else input[sign < 0 ? 'stepDown' : 'stepUp']();
    if (input.value === before) return;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
    announce(input.value);
  }

  /* The day's ends stop it. */
  function shifted(text, minutes) {
    const [, hours, rest] = text.match(/(\d+)\D*(\d*)/) ?? [];
    if (hours === undefined) return text;
    const total = Math.min(1425, Math.max(0, Number(hours) * 60 + Number(rest) + minutes));
    return `${Math.floor(total / 60)}h${String(total % 60).padStart(2, '0')}`;
  }

  function onVisibility() {
    if (document.hidden) return;
    watchDesk();
    all('[data-poll]').forEach((element) => htmx.trigger(element, 'poll'));
  }

  const on = (names, handler, options) => names.split(' ').forEach((name) => document.addEventListener(name, handler, options));
  on('htmx:config:request', onConfigure);
  on('htmx:before:request', onBeforeRequest);
  on('htmx:after:request', onAnswer);
  on('htmx:response:error', onErrorStatus);
  on('htmx:error', onNoAnswer);
  on('htmx:before:swap', onBeforeSwap);
  on('htmx:after:swap', onAfterSwap);
  on('keydown', onKey);
  on('click', onClick);
  on('keydown pointerdown input wheel touchmove', onGesture, { passive: true });
  on('visibilitychange', onVisibility);
  if (otherTabs) otherTabs.onmessage = () => { lastGesture = Date.now(); };
  setInterval(() => { tick(); watchDesk(); }, 1000);
  tick();
})();
