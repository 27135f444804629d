package archive

// Lent says whether a machine may work for long without being heard, because
// nobody else could take over from it. Whoever loses what is known of the leases
// has to reckon with it.
type Lent struct {
	By       string   `json:"by"`      // the machine's key
	Machine  string   `json:"machine"` // its name
	Networks []string `json:"networks,omitempty"`
	Long     bool     `json:"long,omitempty"`
}

// NoteLent remembers that, once it survives a power cut.
func (a *Archive) NoteLent(l Lent) error {
	l.Machine = field(l.Machine)
	r := record{Type: lentRecord, Lent: l}
	if err := a.journal.append(ofPowerCut, r); err != nil {
		return a.fail("write", journalName, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.index.apply(r)
	return nil
}

// Lent returns the machines that may work for long without being heard.
func (a *Archive) Lent() (long []Lent) {
	for _, r := range a.allOf(lentRecord) {
		if r.Lent.Long {
			long = append(long, r.Lent)
		}
	}
	return long
}
