package sheet

import (
	"math"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
)

// howToTypeTime ends every complaint about a time.
const howToTypeTime = "type 2026-11-03, 2026-11-03 08:15, 03.11.2026 08:15, or 08:15 for today"

// anyDay stands for today where it makes no difference.
var anyDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// checkPeriod refuses a period that ends before it starts.
func (r rowReader) checkPeriod(p tasks.Period) {
	if p.From.IsZero() || p.To.IsZero() || p.From.Day.IsZero() != p.To.Day.IsZero() {
		return // it depends on what the recorder calls today
	}
	if _, _, err := p.Resolve(anyDay); err != nil {
		r.fault(to, "to is earlier than from")
	}
}

// moment reads the cell of a date, a time, or both.
func (r rowReader) moment(f field) tasks.Moment {
	c := r.cell(f)
	if what := c.trouble(); what != "" {
		r.fault(f, "%s %s", f, what)
		return tasks.Moment{}
	}
	if c.empty() {
		return tasks.Moment{}
	}
	if c.kind == number {
		m, ok := momentOfNumber(c, r.table.date1904)
		if !ok {
			r.fault(f, "%s is a number, not a date; %s", f, howToTypeTime)
		}
		return m
	}
	m, err := tasks.ParseMoment(c.words())
	if err != nil {
		r.fault(f, "%s is not a date or a time (in the years 2000 to 2099, without a time zone); %s", f, howToTypeTime)
	}
	return m
}

// momentOfNumber turns a date as spreadsheets keep it (days since an epoch,
// with the time as a fraction) into a moment. How the cell is shown decides
// whether midnight means a time or the whole day; a number that is not shown as
// a date is believed when it could be one.
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
