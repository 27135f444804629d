package awake

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/windows"
)

// Flags of SetThreadExecutionState, from winbase.h.
const (
	continuous     = 0x80000000
	systemRequired = 0x00000001
)

var setThreadExecutionState = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")

// System keeps the machine awake with a thread that holds the execution state
// while it lives.
func System() (release func(), err error) {
	if err := setThreadExecutionState.Find(); err != nil {
		return nil, fmt.Errorf("keep the machine awake: %w", err)
	}
	stop, said, ended := make(chan struct{}), make(chan bool), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // the state belongs to the thread
		defer runtime.UnlockOSThread()
		before, _, _ := setThreadExecutionState.Call(continuous | systemRequired)
		said <- before != 0
		<-stop
		_, _, _ = setThreadExecutionState.Call(continuous)
	}()
	release = func() {
		close(stop)
		<-ended
	}
	if !<-said {
		release()
		return nil, fmt.Errorf("keep the machine awake: %w", windows.ERROR_NOT_SUPPORTED)
	}
	return release, nil
}
