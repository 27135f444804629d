package sheet

import (
	"errors"
	"math"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
)

// howToTypeTime ends every complaint about a time.
const howToTypeTime = "type 2026-11-03, 2026-11-03 08:15, 03.11.2026 08:15, yesterday, or 08:15 for today"

// anyDay stands for today where it makes no difference.
var anyDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// period reads the period of a row.
func (r rowReader) period() tasks.Period {
	day := r.moment(date)
	p := tasks.Period{From: r.moment(from), To: r.moment(to)}
	switch {
	case day.IsZero():
	case day.HasClock && day.Clock > 0:
		r.fault(date, "date holds a time as well; times go into from and to")
	default:
		if !p.From.Day.IsZero() || p.From.Named || !p.To.Day.IsZero() || p.To.Named {
			r.fault(date, "the day is given here and in from or to; leave one of them out")
			return p
		}
		p = within(day, p)
	}
	if p.From.IsZero() || p.To.IsZero() || p.From.Day.IsZero() != p.To.Day.IsZero() {
		return p // it depends on the recorder's date today
	}
	if _, _, err := p.Resolve(anyDay); err != nil {
		r.fault(to, "to is earlier than from")
	}
	return p
}

// within returns the period of a day between two times. If the end is not after
// the beginning, it is on the next day.
func within(day tasks.Moment, p tasks.Period) tasks.Period {
	at := func(clock tasks.Moment) tasks.Moment {
		m := day
		m.HasClock, m.Clock = clock.HasClock, clock.Clock
		m.Named = m.Named && !(m.HasClock && m.Offset == 0) // a time alone is one of today
		return m
	}
	overnight := p.To.HasClock && p.To.Clock <= p.From.Clock
	p.From, p.To = at(p.From), at(p.To)
	if overnight {
		p.To = p.To.NextDay()
	}
	return p
}

// moment reads a date, a time, or both; they may be in separate columns.
func (r rowReader) moment(f field) (all tasks.Moment) {
	for _, at := range r.places(f) {
		m := r.momentAt(f, at)
		switch {
		case all.IsZero() || all == m:
			all = m
		case all.HasClock && all.Day.IsZero() && !all.Named && !m.HasClock:
			m.HasClock, m.Clock = true, all.Clock
			all = m
		case m.HasClock && m.Day.IsZero() && !m.Named && !all.HasClock:
			all.HasClock, all.Clock = true, m.Clock
		case !m.IsZero():
			r.reader.fault(at.row, at.column, "this differs from another column for %s; keep one of the two columns", f)
		}
	}
	return all
}

// momentAt reads the cell of a date, a time, or both.
func (r rowReader) momentAt(f field, at place) tasks.Moment {
	fault := func(format string, args ...any) tasks.Moment {
		r.reader.fault(at.row, at.column, format, args...)
		return tasks.Moment{}
	}
	if what := at.trouble(); what != "" {
		return fault("%s %s", f, what)
	}
	if at.kind == number {
		m, ok := momentOfNumber(at.cell, r.table.date1904)
		if !ok {
			return fault("%s is a number, not a date; %s", f, howToTypeTime)
		}
		return m
	}
	m, err := tasks.ParseMoment(at.words())
	if two, ok := errors.AsType[*tasks.AmbiguousDayError](err); ok {
		return fault("%s %s", f, two)
	}
	if err != nil {
		return fault("%s is not a date or a time (in the years 2000 to 2099, without a time zone); %s", f, howToTypeTime)
	}
	return m
}

// momentOfNumber converts a spreadsheet date (days since an epoch, with the
// time as a fraction) into a moment. The cell's format decides whether midnight
// means a time or the whole day. A number that is not formatted as a date is
// accepted if it could be one.
func momentOfNumber(c cell, date1904 bool) (tasks.Moment, bool) {
	v, ok := c.value()
	if !ok || v < 0 || c.format.changed {
		return tasks.Moment{}, false
	}
	t, err := excelize.ExcelDateToTime(v, date1904)
	if err != nil {
		return tasks.Moment{}, false
	}
	m := tasks.MomentOf(t)
	if v < 1 { // a time of day alone
		m.Day = time.Time{}
		return m, c.format.clock || !c.format.date && v > 0
	}
	if year := m.Day.Year(); year < 2000 || year > 2099 {
		return tasks.Moment{}, false
	}
	if v == math.Trunc(v) && !c.format.clock {
		m.HasClock, m.Clock = false, 0
	}
	return m, true
}
