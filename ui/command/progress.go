package command

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"example.com/hikgrab/ui/units"
)

// quietly is how long reading may take before it is told how far it is.
const quietly = 5 * time.Second

// tellProgress writes now and then how many bytes of how many were read, and of
// what unless that is empty, until the function that it returns is called, which
// waits for the last word.
func tellProgress(to io.Writer, what string, done, total *atomic.Int64) (quiet func()) {
	ended := make(chan struct{})
	var told sync.WaitGroup
	told.Go(func() {
		ticker := time.NewTicker(quietly)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				have, of := done.Load(), total.Load()
				fmt.Fprintf(to, "%s%3d%%  %s read\n", what, units.Percent(have, of), units.Progress(have, of))
			}
		}
	})
	return func() {
		close(ended)
		told.Wait()
	}
}
