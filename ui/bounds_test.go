package ui

import (
	"slices"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// modes are the views of the screen, with the keys that lead to them.
var modes = map[string][]string{
	"list":     nil,
	"full":     {"i"},
	"no-pane":  {"esc"},
	"errors":   {"L"},
	"files":    {"L", "L"},
	"no-log":   {"L", "L", "L"},
	"help":     {"?"},
	"quit":     {"q"},
	"skip":     {"g", "s"},
	"filter":   {"/", "р", "а"},
	"none":     {"/", "z", "z", "z"},
	"limit":    {"b", "x", "enter"},
	"marked":   {"v", "v", "v"},
	"frozen":   {"F"},
	"paused":   {"P"},
	"focus":    {"tab", "tab", "up", "up"},
	"notice":   {"o"},
	"stopping": {"q", "y"},
	"draining": {"q", "w"},
	"recorder": {"g", "i"},
}

// Every frame stays within the terminal, from 20×5 to 200×60, in every mode,
// while one screen is resized.
func TestFrameStaysWithinTheTerminal(t *testing.T) {
	queues := map[string]func() *fakeQueue{
		"site": siteQueue, "empty": emptyQueue, "crowd": func() *fakeQueue { return crowdQueue(40, 500) }, "held": heldQueue,
		"search": searchQueue, "failed": func() *fakeQueue { return endQueue(tasks.Failed, tasks.Incomplete) },
	}
	var sizes [][2]int
	for w := 20; w <= 200; w += 12 {
		sizes = append(sizes, [2]int{w, 5 + w*13%56})
	}
	for h := 5; h <= 60; h += 5 {
		sizes = append(sizes, [2]int{20 + h*37%181, h})
	}
	heights := []int{9, 10, 13, 14, 17, 18, 27, 28, 36, 60} // where the layout changes, and next to it
	for i, w := range []int{39, 40, 41, 59, 60, 71, 72, 79, 80, 89, 90, 119, 120, 140, 200} {
		sizes = append(sizes, [2]int{w, heights[i%len(heights)]}, [2]int{w, heights[(i*3+1)%len(heights)]})
	}
	for name, queue := range queues {
		for mode, keys := range modes {
			if name != "site" && !slices.Contains([]string{"list", "full", "quit", "recorder"}, mode) {
				continue // these modes look the same for every queue
			}
			t.Run(name+"-"+mode, func(t *testing.T) {
				t.Parallel()
				m := newScreen(queue(), 80, 24)
				press(m, keys...)
				for _, size := range sizes {
					m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
					checkBounds(t, m, size[0], size[1])
				}
			})
		}
	}
}

// The parts of the layout add up to the screen at every size.
func TestLayoutAddsUp(t *testing.T) {
	for w := 1; w <= 250; w++ {
		for h := 1; h <= 80; h++ {
			for _, details := range []detailsMode{detailsOff, detailsPane, detailsFull} {
				for _, events := range []bool{false, true} {
					l := arrange(w, h, details, events)
					if l.small {
						if w >= minWidth && h >= minHeight {
							t.Fatalf("%d×%d is called too small", w, h)
						}
						continue
					}
					if got := headerLines + l.body() + l.events + 1; got != h {
						t.Fatalf("%d×%d %v %v: the parts make %d lines: %+v", w, h, details, events, got, l)
					}
					if l.full == 0 && l.list < 4 {
						t.Fatalf("%d×%d %v %v: %d lines for the list", w, h, details, events, l.list)
					}
					if l.side > 0 && l.listWidth+1+l.side != w {
						t.Fatalf("%d×%d: list %d and details %d do not make the width", w, h, l.listWidth, l.side)
					}
					if c := columnsFor(l.listWidth, 0); l.full == 0 && c.name < 15 {
						t.Fatalf("%d×%d: %d cells for a name", w, h, c.name)
					}
				}
			}
		}
	}
}

func TestColumnsFillTheRow(t *testing.T) {
	for w := minWidth; w <= 250; w++ {
		m := newScreen(siteQueue(), w, 30)
		for _, names := range []int{0, 20, 40} {
			drawn := m.rowsIn(w, &m.list, &m.snap)
			drawn.c = columnsFor(w, names)
			for i := range m.list.rows {
				if got := width(drawn.line(m.list.rows[i], true)); got != w {
					t.Fatalf("row %d is %d wide, want %d", i, got, w)
				}
			}
		}
	}
}

// Names come from recorders and sheets. Whatever they contain, the frame keeps
// its shape and the terminal receives no control characters.
func TestNamesCannotBreakTheFrame(t *testing.T) {
	nasty := []string{
		"\x1b[2J\x1b[H", "\x1b]0;owned\a", "\r\n\n", "\x00\x07\x08\x7f", "\u202egnitset", "\u200b\u200d\ufeff", "é́́́́́́́́́", "倉庫カメラ", "👨‍👩‍👧‍👦", "⚠️", "\xff\xfe",
		"Камера", "ﷺ", "\u0600", "🇷🇺🇷", "\u1160\u1160", "\x9b31m", "\u009b31m", "a\tb", "\u00a0", "и\u0306",
	}
	name := rapid.Custom(func(t *rapid.T) string {
		text := ""
		for range rapid.IntRange(0, 4).Draw(t, "parts") {
			if rapid.Bool().Draw(t, "nasty") {
				text += rapid.SampledFrom(nasty).Draw(t, "part")
			} else {
				text += rapid.String().Draw(t, "text")
			}
		}
		return text
	})
	rapid.Check(t, func(t *rapid.T) {
		q := siteQueue()
		for i := range q.snap.Cameras {
			c := &q.snap.Cameras[i]
			c.Name = name.Draw(t, "camera")
			c.Failure.What, c.Failure.Remedy = name.Draw(t, "what"), rapid.SampledFrom([]nvr.Remedy{"", nvr.TrustThis, nvr.SeeLog, "new"}).Draw(t, "remedy")
		}
		for i := range q.snap.Recorders {
			r := &q.snap.Recorders[i]
			r.Name, r.Address, r.Device.Model = name.Draw(t, "recorder"), name.Draw(t, "address"), name.Draw(t, "model")
			r.Device.Name, r.Hold.What, r.Hold.Remedy = name.Draw(t, "device"), name.Draw(t, "hold"), nvr.CheckLogin
		}
		for i := range q.events {
			q.events[i].Message, q.events[i].CameraName, q.events[i].Path = name.Draw(t, "message"), name.Draw(t, "event"), name.Draw(t, "path")
		}
		q.snap.Disk.Held, q.snap.Disk.Dir = name.Draw(t, "held"), name.Draw(t, "dir")
		w, h := rapid.IntRange(20, 200).Draw(t, "w"), rapid.IntRange(5, 60).Draw(t, "h")
		m := newScreen(q, w, h, func(o *Options) { o.Title = name.Draw(t, "title") })
		press(m, rapid.SampledFrom([]string{"down", "i", "?", "s", "y", "e", "tab"}).Draw(t, "key"))
		checkBounds(t, m, w, h)
		for _, r := range m.View() {
			if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e) {
				t.Fatalf("%U reaches the terminal", r)
			}
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"Камера 1", "\x1b[31mred\x1b[0m", "a\u0301\u0301\u0301b", "\xff\x1b", "\x1b]52;c;aGk=\a", "\x1b\x1b[[AA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if again := clean(got); again != got {
			t.Errorf("clean(%q) = %q, and again %q", s, got, again)
		}
		for _, r := range got {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufeff' {
				t.Errorf("clean(%q) keeps %U", s, r)
			}
		}
	})
}

// A frame with 500 cameras at 140×40. The target is below one millisecond.
func BenchmarkFrame(b *testing.B) {
	m := newScreen(crowdQueue(40, 500), 140, 40)
	m.styles = newStyles(true, termenv.ANSI)
	b.ReportAllocs()
	for b.Loop() {
		_ = m.View()
	}
}

// One tick: snapshot, rows, details and frame.
func BenchmarkTick(b *testing.B) {
	for _, size := range []struct{ recorders, cameras int }{{40, 500}, {1000, 10_000}} {
		b.Run(itoa(size.cameras), func(b *testing.B) {
			m := newScreen(crowdQueue(size.recorders, size.cameras), 140, 40)
			m.styles = newStyles(true, termenv.ANSI)
			b.ReportAllocs()
			for b.Loop() {
				m.refresh()
				_ = m.View()
			}
		})
	}
}
