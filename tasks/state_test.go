package tasks

import (
	"slices"
	"testing"
)

func TestEveryStateHasAWordOfItsOwn(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range States() {
		if w := s.String(); w == "" || w == "unknown" || seen[w] {
			t.Errorf("state %d has the word %q", s, w)
		} else {
			seen[w] = true
		}
	}
	if got := State(-1).String(); got != "unknown" {
		t.Errorf("a state that is none has the word %q", got)
	}
}

func TestMovesLeadEverywhereAndBack(t *testing.T) {
	for _, s := range States() {
		if slices.Contains(moves[s], s) {
			t.Errorf("%v may follow itself", s)
		}
		reached := map[State]bool{s: true}
		for todo := []State{s}; len(todo) > 0; todo = todo[1:] {
			for _, next := range moves[todo[0]] {
				if !reached[next] {
					reached[next] = true
					todo = append(todo, next)
				}
			}
		}
		if len(reached) != int(numStates) {
			t.Errorf("from %v only %d of %d states can be reached", s, len(reached), numStates)
		}
	}
}

func TestOnlyWorkLeadsOutOfAnEnd(t *testing.T) {
	for _, s := range States() {
		if !s.Ended() {
			continue
		}
		for _, next := range moves[s] {
			if !slices.Contains([]State{Waiting, Searching, Downloading}, next) {
				t.Errorf("%v may become %v without work in between", s, next)
			}
		}
	}
}
