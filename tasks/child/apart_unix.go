//go:build !windows && !linux

package child

import "syscall"

func apart(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
