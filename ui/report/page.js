'use strict';
document.documentElement.className = 'js';
document.addEventListener('DOMContentLoaded', () => {
  const one = (query, within = document) => within.querySelector(query);
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const clock = s => [s / 3600, s / 60 % 60, s % 60].map(n => String(Math.floor(n)).padStart(2, '0')).join(':');
  const size = n => { let i = 0; for (; n >= 1023.5 && i < 4; i++) n /= 1024; return n.toPrecision(Math.max(3, String(Math.round(n)).length)) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB'][i]; };
  const shown = e => !e.closest('[hidden]');

  // Days: what lies on a day gets its place when the day is first shown.
  const days = all('.day'), day = one('#day'), placed = new Set();
  function place(section) {
    if (placed.has(section)) return;
    placed.add(section);
    for (const e of all('[data-s]', section)) {
      e.style.left = e.dataset.s / 864 + '%';
      e.style.width = e.dataset.d / 864 + '%';
    }
    for (const bar of all('.bar', section)) all('a', bar).forEach((a, i) => { a.tabIndex = i ? -1 : 0; });
  }
  function show(date) {
    for (const d of days) {
      d.hidden = date !== '' && d.dataset.day !== date;
      if (!d.hidden) place(d);
    }
    if (day) {
      day.value = date;
      one('#later').disabled = day.selectedIndex <= 0;
      one('#earlier').disabled = day.selectedIndex >= day.options.length - 1;
    }
    filter();
  }
  function turn(by) {
    if (!day) return;
    const option = day.options[day.selectedIndex + by];
    if (option) show(option.value);
  }

  // Filter by name and by state.
  const name = one('#name'), states = all('.states button');
  let state = '';
  function filter() {
    const words = name.value.toLowerCase().split(/\s+/).filter(Boolean), counts = {'': 0};
    let matches = 0;
    for (const d of days) {
      if (day && day.value && d.dataset.day !== day.value) continue;
      let inDay = 0;
      for (const r of all('.recorder', d)) {
        let inRecorder = 0;
        for (const c of all('.camera', r)) {
          const named = words.every(w => c.dataset.name.includes(w));
          if (named) { counts['']++; counts[c.dataset.state] = (counts[c.dataset.state] || 0) + 1; }
          c.hidden = !named || state !== '' && c.dataset.state !== state;
          if (!c.hidden) inRecorder++;
        }
        r.hidden = !inRecorder;
        inDay += inRecorder;
      }
      d.hidden = !inDay;
      matches += inDay;
    }
    for (const b of states) {
      const n = counts[b.dataset.state] || 0;
      one('b', b).textContent = n;
      b.setAttribute('aria-pressed', b.dataset.state === state);
      b.hidden = !n && b.dataset.state !== '' && b.dataset.state !== state;
    }
    one('#nothing').hidden = matches > 0 || !days.length;
  }

  // The player stands under the camera whose recording it plays.
  const player = one('#player'), video = one('video', player), picture = one('img', player), said = one('[role=status]', player);
  const title = one('figcaption b', player), time = one('time', player), file = one('figcaption a', player);
  let current = null;
  function say(text) { said.textContent = text; }
  function refuse(a) {
    const what = a.dataset.f === 'H.265' ? 'This browser cannot play H.265 video' : a.dataset.f === 'raw' ? 'This recording is kept as the recorder sent it, which no browser plays' : 'This browser cannot play the file';
    say(what + ': open the file in a player such as VLC.');
    video.hidden = true;
  }
  function play(a, part) {
    close(false);
    current = a;
    a.setAttribute('aria-current', 'true');
    a.closest('.camera').append(player);
    player.hidden = false;
    const form = a.dataset.f || '';
    title.textContent = a.closest('.camera').querySelector('.label').lastChild.textContent + ' ' + a.textContent;
    time.textContent = clock(+a.dataset.s);
    file.setAttribute('href', a.getAttribute('href'));
    video.hidden = form === 'photo' || form === 'raw';
    picture.hidden = form !== 'photo';
    if (form === 'photo') picture.src = a.getAttribute('href');
    else if (form === 'raw') refuse(a);
    else {
      video.src = a.getAttribute('href');
      if (part) video.addEventListener('loadedmetadata', () => { if (current === a && isFinite(video.duration)) video.currentTime = part * video.duration; }, {once: true});
      video.play().catch(() => {}); // the error event tells
    }
    player.scrollIntoView({block: 'nearest'});
  }
  function close(back) {
    if (!current) return;
    const a = current;
    current = null;
    a.removeAttribute('aria-current');
    video.pause();
    video.removeAttribute('src');
    video.load();
    picture.removeAttribute('src');
    say('');
    player.hidden = true;
    if (back) a.focus();
  }
  video.addEventListener('error', () => { if (current && video.hasAttribute('src')) refuse(current); });
  video.addEventListener('loadedmetadata', () => { if (current && !video.videoWidth) refuse(current); });
  video.addEventListener('timeupdate', () => { if (current) time.textContent = clock(+current.dataset.s + video.currentTime); });
  video.addEventListener('ended', () => step(1));
  function step(by) {
    if (!current) return;
    const line = all('.bar a', current.closest('.camera')), next = line[line.indexOf(current) + by];
    if (next) { reach(next, false); play(next, 0); }
  }

  // Keyboard: one stop for each camera, arrows within it.
  function reach(a, focus = true) {
    for (const other of all('.bar a', a.parentNode)) other.tabIndex = -1;
    a.tabIndex = 0;
    if (focus) a.focus();
  }
  function camera(by) {
    const stops = all('.camera').filter(c => shown(c) && one('.bar a', c));
    const here = document.activeElement.closest('.camera'), i = stops.indexOf(here);
    const next = stops[i < 0 ? (by > 0 ? 0 : stops.length - 1) : i + by];
    if (next) { one('.bar a[tabindex="0"]', next).focus(); next.scrollIntoView({block: 'nearest'}); }
  }

  document.addEventListener('click', e => {
    if (e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return; // a link like any other
    const a = e.target.closest('.bar a'), still = e.target.closest('.stills button'), button = e.target.closest('button');
    if (a) {
      e.preventDefault();
      reach(a, false);
      const box = a.getBoundingClientRect();
      play(a, e.detail && box.width >= 24 ? (e.clientX - box.left) / box.width : 0);
    } else if (still) {
      const from = all('.bar a', still.closest('.camera')).find(l => l.getAttribute('href') === still.dataset.source);
      if (from) play(from, +from.dataset.d ? (still.dataset.at - from.dataset.s) / from.dataset.d : 0);
    } else if (button && button.closest('.states')) {
      state = button.dataset.state;
      filter();
    } else if (button && button.id === 'later') turn(-1);
    else if (button && button.id === 'earlier') turn(1);
    else if (button && button.dataset.do) ({close: () => close(true), next: () => step(1), previous: () => step(-1)})[button.dataset.do]();
  });
  document.addEventListener('mouseover', e => {
    const a = e.target.closest('.bar a');
    if (a && !a.title) a.title = [a.textContent, size(+a.dataset.b), a.dataset.f || ''].filter(Boolean).join(' · ');
  });
  name.addEventListener('input', filter);
  if (day) day.addEventListener('change', () => show(day.value));
  document.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const on = document.activeElement, typing = on.matches('input, select, textarea');
    if (e.key === 'Escape') {
      if (current) close(true);
      else if (on === name || name.value) { name.value = ''; name.blur(); filter(); }
      return;
    }
    if (typing) return;
    const arrow = {ArrowLeft: -1, ArrowRight: 1}[e.key];
    if (arrow && on.matches('.bar a')) {
      const line = all('a', on.parentNode), next = line[line.indexOf(on) + arrow];
      if (next) reach(next);
    } else if (e.key === '/') name.focus();
    else if (e.key === 'j' || e.key === 'ArrowDown' && on.matches('.bar a')) camera(1);
    else if (e.key === 'k' || e.key === 'ArrowUp' && on.matches('.bar a')) camera(-1);
    else if (e.key === 'n') step(1);
    else if (e.key === 'p') step(-1);
    else if (e.key === '[') turn(-1);
    else if (e.key === ']') turn(1);
    else if (e.key === ' ' && current && !on.matches('button, video')) { if (video.paused) video.play().catch(() => {}); else video.pause(); } else return;
    e.preventDefault();
  });

  show(day ? day.value : '');
});
