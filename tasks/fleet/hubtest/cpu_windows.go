package hubtest

import "time"

// CPU is measured on other systems.
func CPU() time.Duration { return 0 }
