package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/ui/units"
)

// prompt is an input line in place of the hints.
type prompt struct {
	input  textinput.Model
	label  string
	help   func(m *model) string             // text at the right
	typed  func(m *model, text string)       // called after each key; may be nil
	enter  func(m *model, text string) error // takes the answer; an error keeps the prompt open
	cancel func(m *model)
	fault  string
}

// ask opens a prompt with an initial text.
func (m *model) ask(p prompt, text string) {
	p.input = textinput.New()
	p.input.CharLimit = 100
	p.input.KeyMap.Paste.SetEnabled(false) // the terminal does the pasting
	p.input.SetValue(text)
	p.input.Focus()
	m.prompt = &p
}

func (m *model) askFilter() {
	m.ask(prompt{
		label: "/",
		help:  func(m *model) string { return itoa(m.list.shown) + " of " + itoa(len(m.snap.Cameras)) + "   esc clear" },
		typed: func(m *model, text string) { m.setFilter(newFilter(m.list.filter.state, text)) },
		enter: func(m *model, _ string) error {
			m.list.sought = filter{needle: m.list.filter.needle}
			return nil
		},
		cancel: func(m *model) { m.setFilter(newFilter(m.list.filter.state, "")) },
	}, m.list.filter.text)
}

func (m *model) askLimit() {
	now := "none"
	if m.snap.Limit > 0 {
		now = units.Rate(float64(m.snap.Limit))
	}
	m.ask(prompt{
		label: "bandwidth limit (" + now + "): ",
		help:  func(*model) string { return "20M, 500K; 0 no limit   esc back" },
		enter: func(m *model, text string) error {
			limit, err := units.ParseRate(text)
			if err != nil {
				return err
			}
			m.queue.SetLimit(limit)
			if limit == 0 {
				m.say("no bandwidth limit")
			} else {
				m.say("bandwidth limited to " + units.Rate(float64(limit)))
			}
			return nil
		},
	}, "")
}

// typeKey passes a key to the prompt.
func (m *model) typeKey(k tea.KeyMsg) tea.Cmd {
	p := m.prompt
	switch k.Type { //nolint:exhaustive // every other key goes to the input
	case tea.KeyEnter:
		if err := p.enter(m, strings.TrimSpace(p.input.Value())); err != nil {
			p.fault = err.Error()
			return nil
		}
		m.prompt = nil
		return nil
	case tea.KeyEsc:
		m.prompt = nil
		if p.cancel != nil {
			p.cancel(m)
		}
		return nil
	case tea.KeyCtrlC:
		return m.interrupt()
	case tea.KeyUp, tea.KeyDown, tea.KeyPgUp, tea.KeyPgDown:
		if c, ok := find(m.browse, k); ok {
			return c.do(m)
		}
	}
	p.fault = ""
	if !k.Alt {
		p.input, _ = p.input.Update(k) // ignore the command to blink the cursor: ours does not blink
	}
	if p.typed != nil {
		p.typed(m, p.input.Value())
	}
	return nil
}

// promptLine draws a prompt in one line of w cells, with its help at the right.
// The cursor is always visible.
func (p *pen) promptLine(q *prompt, help string, w int) string {
	value, at := []rune(q.input.Value()), q.input.Position()
	text := clean(string(value[:at])) + "_" + clean(string(value[at:]))
	right := help + " "
	if q.fault != "" {
		right = p.styles.bad.on(p.glyphs.cut(clean(q.fault), max(10, w-4-width(q.label)-width(text)))) + " "
	}
	room := w - width(right) - 2
	label := " " + p.styles.key.on(q.label)
	over := width(label) + width(text) - room
	if over > 0 && q.fault == "" {
		right, over = "", width(label)+width(text)-(w-1)
	}
	if over > 0 && over < width(text) {
		text = ansi.TruncateLeft(text, over, "")
	}
	return p.glyphs.between(label+text, right, w)
}
