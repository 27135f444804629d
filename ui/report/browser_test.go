package report_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.com/hikgrab/ui/report"
)

// browser starts Chromium for the duration of a test and its subtests.
func browser(t testing.TB) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("there is no Chromium; .ci/run installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), chromedp.WindowSize(1200, 900))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, leave := chromedp.NewContext(ctx)
	t.Cleanup(leave)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return ctx
}

type step = chromedp.Action[chromedp.Void]

// click clicks the first element that matches a CSS selector.
func click(css string) step { return chromedp.Click(chromedp.CSS(css)) }

// tab is a page in a browser, with a record of what it did.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	requests []string
	errors   []string
}

// look opens a page in a new tab.
func look(ctx context.Context, t testing.TB, path string, first ...step) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	full, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(full)}).String()
	if err := chromedp.Listen(ctx, p.note); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.run(append(first, chromedp.Navigate(address))...)
	return p
}

func (p *tab) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		p.errors = append(p.errors, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		p.errors = append(p.errors, e.Entry.Text)
	}
}

func (p *tab) run(steps ...step) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// is returns the value of an expression on the page.
func (p *tab) is(expression string) any {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[any](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// want waits for an expression to have a value.
func (p *tab) want(expression string, want any) {
	p.t.Helper()
	var got any
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = p.is(expression); got == want {
			return
		}
	}
	p.t.Errorf("%s is %v, want %v", expression, got, want)
}

// quiet checks that the page made no errors and loaded only files under its
// directory.
func (p *tab) quiet(dir string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	full, err := filepath.Abs(dir)
	if err != nil {
		p.t.Fatal(err)
	}
	under := (&url.URL{Scheme: "file", Path: filepath.ToSlash(full) + "/"}).String()
	for _, r := range p.requests {
		if !strings.HasPrefix(r, under) && !strings.HasPrefix(r, "data:") { // "data:" is for the browser's own buttons
			p.t.Errorf("the page asked for %s", r)
		}
	}
	if len(p.errors) > 0 {
		p.t.Errorf("the browser complained: %q", p.errors)
	}
}

const (
	visible = `[...document.querySelectorAll('.camera')].filter(c => c.offsetParent).length`
	playing = `document.querySelector('video').currentTime > 0`
	name    = `document.querySelector('#name')`
)

func TestPageInABrowser(t *testing.T) {
	ctx := browser(t)
	a := filled(t)
	path := shown(t, a)

	t.Run("a click plays, and names are text", func(t *testing.T) {
		p := look(ctx, t, path)
		p.want(`document.querySelectorAll('a[href$=".mp4"], a[href$=".jpg"]').length`, 4.0)
		p.want(`document.querySelector('#recordings').dataset.count`, "4")
		p.want(visible, 3.0)
		p.want(`document.querySelector('.label').textContent.includes('<script>')`, true)
		p.want(`document.querySelectorAll('.label *').length`, 3.0) // the states
		p.want(`document.querySelector('h3').firstChild.textContent.trim()`, "Depot & <i>Sons</i>")
		p.want(`document.title.startsWith('Depot')`, true)
		p.run(click(".bar a"))
		p.want(playing, true)
		p.want(`document.querySelector('#player').closest('.camera') === document.querySelector('.camera')`, true)
		p.run(click("#player [data-do=next]"))
		p.want(`document.querySelector('[aria-current]').textContent`, "08:15–08:30")
		p.want(playing, true)
		p.want(`document.querySelector('.why').textContent.includes('refuses <b>only</b> this')`, true)
		p.quiet(a.Dir())
	})
	t.Run("a click in the middle plays the middle", func(t *testing.T) {
		p := look(ctx, t, path, chromedp.EmulateViewport(9000, 900))
		p.is(`document.body.style.maxWidth = 'none'`)
		p.run(click(".bar a"))
		p.want(`Math.abs(document.querySelector('video').currentTime / document.querySelector('video').duration - .5) < .2`, true)
		p.quiet(a.Dir())
	})
	t.Run("H.265", func(t *testing.T) {
		p := look(ctx, t, path)
		if p.is(`document.querySelector('video').canPlayType('video/mp4; codecs="hvc1.1.6.L120.90"')`) != "" {
			t.Skip("this browser plays H.265")
		}
		p.run(click(`.bar a[data-f="H.265"]`))
		p.want(`document.querySelector('[role=status]').textContent.includes('cannot play H.265')`, true)
		p.want(`document.querySelector('figcaption a').getAttribute('href') === document.querySelector('[data-f="H.265"]').getAttribute('href')`, true)
		p.quiet(a.Dir())
	})
	t.Run("a photo", func(t *testing.T) {
		p := look(ctx, t, path)
		p.run(click(`.bar a[data-f="photo"]`))
		p.want(`document.querySelector('#player img').offsetParent !== null`, true)
		p.want(`document.querySelector('video').offsetParent`, nil)
	})
	t.Run("keys", func(t *testing.T) {
		p := look(ctx, t, path)
		p.run(chromedp.KeyEvent("jj"), chromedp.KeyEvent("k"))
		p.want(`document.activeElement.textContent`, "08:00–08:15")
		p.run(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
		p.want(playing, true)
		p.want(`document.querySelector('[aria-current]').textContent`, "08:15–08:30")
		p.run(chromedp.KeyEvent(" "))
		p.want(`document.querySelector('video').paused`, true)
		p.run(chromedp.KeyEvent("p"))
		p.want(`document.querySelector('[aria-current]').textContent`, "08:00–08:15")
		p.run(chromedp.KeyEvent(kb.Escape))
		p.want(`document.querySelector('#player').hidden`, true)
		p.run(chromedp.KeyEvent("/"))
		p.want(`document.activeElement === `+name, true)
		p.quiet(a.Dir())
	})
	t.Run("filters", func(t *testing.T) {
		p := look(ctx, t, path)
		p.run(chromedp.SendKeys(chromedp.CSS("#name"), "depot yard"))
		p.want(visible, 1.0)
		p.run(chromedp.KeyEvent(kb.Escape))
		p.want(visible, 3.0)
		p.run(click(`.states [data-state=incomplete]`))
		p.want(visible, 1.0)
		p.run(chromedp.SendKeys(chromedp.CSS("#name"), "nobody"))
		p.want(`document.querySelector('#nothing').hidden`, false)
		p.quiet(a.Dir())
	})
	t.Run("the policy", func(t *testing.T) {
		var hits atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
		defer server.Close()
		p := look(ctx, t, path)
		p.is(fmt.Sprintf(`fetch(%q).catch(() => 0); new Image().src = %[1]q; document.body.append(Object.assign(document.createElement('script'), {src: %[1]q})); document.body.insertAdjacentHTML('beforeend', '<b onclick="document.title = 1">'); document.body.lastChild.click(); 0`, server.URL+"/x"))
		p.want(`document.title.startsWith('Depot')`, true)
		time.Sleep(300 * time.Millisecond)
		if n := hits.Load(); n != 0 {
			t.Errorf("the page reached a server %d times", n)
		}
	})
	t.Run("pages by day", func(t *testing.T) { pagesByDay(ctx, t) })
	for name, first := range map[string]step{
		"phone": chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile),
		"dark": chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
			})
			return err
		}),
	} {
		t.Run(name, func(t *testing.T) {
			p := look(ctx, t, path, first)
			p.want(`document.documentElement.scrollWidth <= innerWidth`, true)
			p.want(`getComputedStyle(document.body).backgroundColor`, map[string]any{"phone": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[name])
			p.run(click(".bar a"))
			p.want(playing, true)
		})
	}
}

// pagesByDay checks that all recordings are links, and that this many are shown
// one day at a time.
func pagesByDay(ctx context.Context, t *testing.T) {
	defer report.SetAtOnce(1000)()
	const n = 2000 // ten cameras, a recording every quarter of an hour: a little over two days
	a := planted(t, n)
	p := look(ctx, t, shown(t, a))
	links := `[...document.querySelectorAll('.bar a')]`
	p.want(links+`.length`, float64(n))
	p.want(`document.querySelector('#recordings').dataset.count`, fmt.Sprint(n))
	one := `[...document.querySelectorAll('.day')].filter(d => d.offsetParent).map(d => d.dataset.day).join()`
	p.want(one, "2026-11-05")
	p.want(visible, 10.0)
	p.run(chromedp.KeyEvent("]"))
	p.want(one, "2026-11-04")
	p.run(click("#earlier"))
	p.want(one, "2026-11-03")
	p.want(`document.querySelector('#earlier').disabled`, true)
	p.run(chromedp.KeyEvent("["))
	p.want(one, "2026-11-04")
	p.want(`document.querySelector('#day').options.length`, 3.0)
	p.quiet(a.Dir())
}

// BenchmarkOpen measures how long the browser takes until the page is usable.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ctx := browser(b)
			a := planted(b, n)
			r := reported(b, a)
			w, err := a.WriteBeside("index.html", r.WritePage)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				p := look(ctx, b, w.Path)
				p.want(`document.querySelector('.states b').textContent !== ''`, true)
			}
		})
	}
}
