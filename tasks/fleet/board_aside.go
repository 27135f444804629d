package fleet

import "example.com/hikgrab/tasks"

// What is done aside, such as bringing files home, shows itself on the board by
// these.

// Machines returns the machines that take part, the coordinator's own first.
func (b *Board) Machines() (all []tasks.MachineView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.machines {
		all = append(all, m.view)
	}
	return all
}

// Over reports whether every recorder has ended.
func (b *Board) Over() bool { return b.over() }

// Push tells of something that happened aside.
func (b *Board) Push(e tasks.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.push(e)
}
