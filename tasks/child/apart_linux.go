package child

import "syscall"

func apart(bound bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true}
	if bound {
		a.Pdeathsig = syscall.SIGKILL
	}
	return a
}
