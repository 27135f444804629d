package archive

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

const (
	// downloadsAtMost is how often a recording is fetched that comes damaged in
	// another way each time; then it is kept as it came.
	downloadsAtMost = 3
	// habitAfter is how many recordings of a recorder must come with the same kind
	// of problem twice before its others are no longer fetched again for it: what
	// looks like damage is then how this recorder writes.
	habitAfter = 3
)

// judge decides on what the scan found. It returns the notes about the
// recording, or a Damaged error if another download may be better.
func (p *Part) judge(sum disk.Sum, m *media.Report, t Try) (notes []string, err error) {
	switch c := m.Container; {
	case !c.Recording():
		return p.judgeForeign(c, sum, t)
	case !c.ProgramStream():
		return nil, nil
	}
	notes, cut := compareSpan(p.item.Recording, m)
	harm, kinds := "", []string(nil)
	switch {
	case m.Verdict() == media.Damaged:
		harm, kinds = damageOf(m)
	case cut && t.Receipt.Unverified:
		harm, kinds = notes[len(notes)-1], []string{"ends early"} // nothing else could have shown that it was cut
		notes = notes[:len(notes)-1]
	case m.Verdict() == media.Odd:
		return append(notes, m.Reason()), nil
	}
	if harm == "" {
		return notes, nil
	}
	how, err := p.acceptDamage(kinds, sum, t, "it is damaged: "+harm)
	if err != nil {
		return nil, err
	}
	return append(notes, fmt.Sprintf("damaged, %s: %s", how, harm)), nil
}

// judgeForeign decides on an unknown container. If it comes the same twice, it
// is what the recorder has and is worth keeping: a player of the vendor may
// know it. Whoever asked for the recorder's own bytes gets them at once.
func (p *Part) judgeForeign(c media.Container, sum disk.Sum, t Try) (notes []string, err error) {
	if movie, _ := p.item.wants(); !movie {
		return []string{fmt.Sprintf("kept as it came, unchecked: %v", c)}, nil
	}
	how, err := p.acceptDamage([]string{c.String()}, sum, t, fmt.Sprintf("it is not a recording of a known kind: %v", c))
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("kept as it came, %s: %v", how, c)}, nil
}

// acceptDamage says why a recording with such problems is kept. Otherwise it
// remembers what came and returns a Damaged error. Once enough recordings of a
// recorder came the same twice with a kind of problem, that kind and no other is
// excused, in this run and the next.
func (p *Part) acceptDamage(kinds []string, sum disk.Sum, t Try, harm string) (how string, err error) {
	a, recorder := p.archive, field(p.item.Recorder)
	before := a.latestOf(record{Type: damagedRecord, ID: p.id.recording})
	habits := make([]record, 0, len(kinds))
	habitual := true
	for _, kind := range kinds {
		habit := a.latestOf(record{Type: habitRecord, Recorder: recorder, Problem: kind})
		habitual = habitual && habit.Attempts >= habitAfter
		habits = append(habits, record{Type: habitRecord, Recorder: recorder, Problem: kind, Attempts: habit.Attempts + 1})
	}
	now := record{Type: damagedRecord, ID: p.id.recording, SHA256: sum, Attempts: before.Attempts + 1}
	switch {
	case before.Attempts > 0 && before.SHA256 == sum:
		a.learn(habits...)
		return fmt.Sprintf("the same in %d downloads", now.Attempts), nil
	case now.Attempts >= downloadsAtMost:
		return fmt.Sprintf("differently in each of %d downloads", now.Attempts), nil
	case habitual && before.Attempts == 0:
		return "like others of this recorder that came the same twice", nil
	}
	a.learn(now)
	if t.Last {
		return "and no tries are left", nil
	}
	return "", p.damaged(errors.New(harm))
}

// damageOf describes the problems of a report that mean damage, and returns
// their kinds.
func damageOf(m *media.Report) (text string, kinds []string) {
	var words []string
	for _, problem := range m.Problems {
		if problem.Kind.Damage() {
			words, kinds = append(words, problem.String()), append(kinds, problem.Kind.String())
		}
	}
	return strings.Join(words, ", "), kinds
}

// newProblems describes the problems of a report that the scan before did not
// find, one by one. Only the report knows how long the recording should be.
func newProblems(m, scan *media.Report) (notes []string) {
	for _, problem := range m.Problems {
		if scan.Problem(problem.Kind).Count == 0 {
			notes = append(notes, problem.String())
		}
	}
	return notes
}

// learn notes what only saves downloads.
func (a *Archive) learn(records ...record) {
	if err := a.note(records...); err != nil {
		a.log.Warn("The state of a damaged recording could not be saved", "error", err)
	}
}

// compareSpan compares the times in the pictures with those that the search
// announced. The differences are only notes: a recorder's clock may be set, in
// another zone or missing. Cut means that the pictures begin when they should
// and end too early.
func compareSpan(rec nvr.Recording, m *media.Report) (notes []string, cut bool) {
	span := rec.End.Sub(rec.Start)
	tolerance := max(2*time.Second, m.KeyInterval)
	if span <= 0 || m.Frames == 0 {
		return nil, false
	}
	if m.FirstWall.IsZero() || m.WallEnd.IsZero() {
		if m.Duration < span-tolerance {
			notes = append(notes, fmt.Sprintf("the pictures last %s of %s", inSeconds(m.Duration), inSeconds(span)))
		}
		return notes, false
	}
	late, beyond := wallOfFirst(m).Sub(rec.Start), m.WallEnd.Sub(rec.End)
	if (late - beyond).Abs() <= tolerance {
		return nil, false // all there; the clock may be another
	}
	if zone := late.Round(zones); (late - zone).Abs() <= tolerance {
		late, beyond = late-zone, beyond-zone
	}
	if late > tolerance {
		notes = append(notes, fmt.Sprintf("the pictures begin %s later than the search said", inSeconds(late)))
	}
	if beyond < -tolerance {
		notes = append(notes, fmt.Sprintf("the pictures end %s earlier than the search said", inSeconds(-beyond)))
		cut = late.Abs() <= tolerance
	}
	return notes, cut
}

func inSeconds(d time.Duration) time.Duration { return d.Round(time.Second) }
