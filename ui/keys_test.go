package ui

import (
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/hikgrab/tasks"
)

// tables are the commands by keyboard focus.
func tables() map[string][]command {
	return map[string][]command{
		"browse":   browseKeys(),
		"help":     helpKeys(),
		"machines": machineKeys(),
		"quit":     quitDialog(true).choices,
		"skip":     skipDialog("x", nil).choices,
	}
}

func TestNoKeyIsBoundTwice(t *testing.T) {
	for name, commands := range tables() {
		bound := map[string]string{}
		for _, c := range commands {
			if c.do == nil {
				t.Errorf("%s: %v does nothing", name, c.Keys())
			}
			for _, k := range c.Keys() {
				if other, twice := bound[k]; twice {
					t.Errorf("%s: %q is bound to %q and %q", name, k, other, c.Help().Desc)
				}
				bound[k] = c.Help().Desc
			}
		}
	}
}

func TestEveryBindingIsInTheHelp(t *testing.T) {
	for _, size := range [][2]int{{200, 70}, {80, 100}} {
		m := newScreen(fleetQueue(), size[0], size[1])
		press(m, "?")
		help := m.View()
		for _, c := range browseKeys() {
			if c.Help().Key == "" || !strings.Contains(help, c.Help().Key+" ") || !strings.Contains(strings.Join(strings.Fields(help), " "), c.Help().Desc) {
				t.Errorf("%v is not in the help", c.Keys())
			}
			for _, k := range c.Keys() {
				if len(k) == 1 && k != " " && k != "=" && !slices.Contains(strings.Fields(c.Help().Key), k) {
					t.Errorf("the help does not show that %q does %q", k, c.Help().Desc)
				}
			}
		}
	}
}

func TestEveryLetterWorksInTheRussianLayout(t *testing.T) {
	if a, b, different := len(jcuken), len(qwerty), len(slices.Compact(slices.Sorted(slices.Values(jcuken)))); a != b || different != a {
		t.Fatalf("the layouts have %d and %d keys, %d of them different", a, b, different)
	}
	// The positions of keys, written by hand: a mistake in the table would go
	// unnoticed if the test used the table.
	for _, pair := range strings.Fields("йq ЙQ ыs зp ЗP кr КR мv МV ./ ,? тn ТN аf АF уe УE щo ЩO шi ДL нy иb рh оj лk дl пg ПG цw ъ] ю.") {
		r := []rune(pair)
		if got := latinKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: r[:1:1]}); len(r) != 2 || got.Runes[0] != r[1] {
			t.Errorf("%q gives %q, want %q", r[0], got.Runes, r[1])
		}
	}
	twin := map[string]rune{}
	for i, from := range jcuken {
		twin[string(qwerty[i])] = from
	}
	for name, commands := range tables() {
		for _, c := range commands {
			for _, k := range c.Keys() {
				if len(k) != 1 || strings.ContainsAny(k, " +-=0123456789") {
					continue // the same key in both layouts, or not a letter
				}
				r, ok := twin[k]
				if !ok {
					t.Errorf("%s: %q has no key in the Russian layout", name, k)
					continue
				}
				got, found := find(commands, latinKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}))
				if !found || got.Help() != c.Help() {
					t.Errorf("%s: %q does not do what %q does", name, r, k)
				}
			}
		}
	}
}

func TestRussianLayoutIsLeftAloneWhileTyping(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	press(m, ".", "с", "к", "л") // "." is the key of "/"
	if m.prompt == nil || m.list.filter.text != "скл" {
		t.Fatalf("prompt %v, filter %q", m.prompt, m.list.filter.text)
	}
	press(m, "enter", "й")
	if m.dialog == nil {
		t.Error("й after the filter does not ask to quit")
	}
}

func TestKeysThatArriveTogether(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jjj")})
	if m.list.cursor != 3 {
		t.Errorf("three j in one message move the cursor to %d", m.list.cursor)
	}
	q := siteQueue()
	newScreen(q, 80, 24).Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("++")})
	if got := q.said(); !slices.Equal(got, []string{"jobs 9", "jobs 10"}) {
		t.Errorf("two + in one message tell the queue %q", got)
	}
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("qy"), Paste: true})
	if m.dialog != nil || m.leaving != leaveNot {
		t.Error("pasted text works as keys")
	}
}

// What each key calls on the queue.
func TestKeysOnTheQueue(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want []string
	}{
		{"pause a camera", []string{"down", " "}, []string{"pause [0]"}},
		{"pause with p", []string{"down", "p"}, []string{"pause [0]"}},
		{"resume a camera", []string{"j", "j", "j", "j", " "}, []string{"resume [3]"}},
		{"pause a recorder", []string{" "}, []string{"pause [0 1 2 6]"}},
		{"pause the marked", []string{"down", "v", "v", "p"}, []string{"pause [0 1]"}},
		{"pause a range", []string{"down", "v", "down", "V", "p"}, []string{"pause [0 1 2]"}},
		{"nothing to pause", []string{"down", "down", "down", "down", "down", "p"}, nil},
		{"pause all", []string{"P"}, []string{"pause all true"}},
		{"resume all", []string{"P", "P"}, []string{"pause all true", "pause all false"}},
		{"retry a failed one", []string{"e", "r"}, []string{"retry [5]"}},
		{"the failed one before", []string{"E", "r"}, []string{"retry [8]"}},
		{"nothing to retry", []string{"down", "down", "down", "down", "down", "r"}, nil},
		{"retry all failed", []string{"R"}, []string{"retry [5 8]"}},
		{"skip a camera", []string{"down", "s"}, []string{"skip [0]"}},
		{"skip a recorder asks", []string{"s"}, nil},
		{"skip a recorder, no", []string{"s", "n"}, nil},
		{"skip a recorder, default", []string{"s", "enter"}, nil},
		{"skip a recorder, yes", []string{"s", "y"}, []string{"skip [0 1 2 3 6 10]"}},
		{"more jobs", []string{"+", "+"}, []string{"jobs 9", "jobs 10"}},
		{"fewer jobs", []string{"-"}, []string{"jobs 7"}},
		{"limit", []string{"b", "2", "0", "M", "enter"}, []string{"limit 20971520"}},
		{"limit in Russian", []string{"b", "2", "0", "М", "enter"}, []string{"limit 20971520"}},
		{"no limit", []string{"b", "0", "enter"}, []string{"limit 0"}},
		{"bad limit", []string{"b", "x", "enter", "esc"}, nil},
		{"quit asks", []string{"q"}, nil},
		{"quit, no", []string{"q", "n"}, nil},
		{"quit, default", []string{"q", "enter"}, nil},
		{"quit when files finish", []string{"q", "w"}, []string{"drain"}},
		{"retry a held recorder", []string{"/", "Ц", "е", "х", " ", "3", "enter", "r"}, []string{"retry [15]"}},
		{"esc never quits", []string{"esc", "esc", "esc", "esc", "esc"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := siteQueue()
			m := newScreen(q, 140, 40)
			press(m, c.keys...)
			if got := q.said(); !slices.Equal(got, c.want) {
				t.Errorf("the queue was told %q, want %q", got, c.want)
			}
		})
	}
}

// A key without effect says why.
func TestIdleKeysSayWhy(t *testing.T) {
	m := newScreen(endQueue(tasks.Done), 140, 40)
	for _, k := range []string{" ", "P", "r", "R", "s", "V", "n", "e"} {
		m.notice = notice{}
		press(m, k)
		if !strings.Contains(m.notice.text, ": ") {
			t.Errorf("%q says %q", k, m.notice.text)
		}
		if last := strings.Split(m.View(), "\n")[39]; !strings.Contains(last, m.notice.text) {
			t.Errorf("%q: the last line is %q", k, last)
		}
	}
}

func TestPromptIsEdited(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	at := func(want string, cursor int) {
		t.Helper()
		if got := m.prompt.input; got.Value() != want || got.Position() != cursor {
			t.Errorf("the prompt is %q at %d, want %q at %d", got.Value(), got.Position(), want, cursor)
		}
	}
	press(m, "/", "п", "р", "и", " ", "x", "y", "left", "backspace", "z", "home", "A", "end", "!", "ctrl+w")
	at("Aпри ", 5)
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("a\x1b\nb" + strings.Repeat("c", 500)), Paste: true})
	if text := m.prompt.input.Value(); len([]rune(text)) != 100 || strings.ContainsAny(text, "\x1b\n") {
		t.Errorf("pasted %q", text)
	}
	press(m, "ctrl+a", "delete", "right", "ctrl+k", "left", "ctrl+e", "ctrl+u", "backspace", "delete", "ctrl+w", "ctrl+v")
	at("", 0)
}

// The last line says what toggling keys would do now.
func TestHintsSayWhatPauseDoes(t *testing.T) {
	m := newScreen(siteQueue(), 140, 40)
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"down"}, " space pause  P pause all "},
		{[]string{"down", "down", "down"}, " space resume  P pause all "}, // on a paused camera
		{[]string{"P", "F", "F"}, " space resume  P resume all "},
	} {
		press(m, c.keys...)
		m.notice = notice{}
		if line := m.lastLine(m.browse); !strings.HasPrefix(line, c.want) {
			t.Errorf("after %q: %q, want %q", c.keys, line, c.want)
		}
	}
}
