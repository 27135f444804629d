package command

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"example.com/hikgrab/ui/units"
)

// quietly is how long reading may take before progress is shown.
const quietly = 5 * time.Second

// tellProgress writes from time to time how many of the total bytes were read,
// and of what unless that is empty. Call quiet to stop it; quiet returns after
// the last write.
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
