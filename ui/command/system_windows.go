package command

import (
	"io"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// brokenPipe lists the errors of writing after the reader has gone.
var brokenPipe = []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA, io.ErrClosedPipe, os.ErrClosed}

// systemLocale returns the display language of Windows, such as "ru-RU".
func systemLocale() string {
	list, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0]
}

// shellAtHand tells PowerShell from cmd.exe by our parent process. Anything
// else counts as cmd.exe.
func shellAtHand() shell {
	name := strings.ToLower(programOf(uint32(os.Getppid())))
	if name == "powershell.exe" || name == "pwsh.exe" {
		return powerShell
	}
	return cmd
}

// programOf returns the file name of a process's program; empty if it has
// exited.
func programOf(process uint32) string {
	list, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(list) }()
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(list, &entry); err == nil; err = windows.Process32Next(list, &entry) {
		if entry.ProcessID == process {
			return windows.UTF16ToString(entry.ExeFile[:])
		}
	}
	return ""
}
