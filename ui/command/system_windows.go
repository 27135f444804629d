package command

import (
	"io"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// brokenPipe are the errors of writing to a reader that is gone.
var brokenPipe = []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA, io.ErrClosedPipe, os.ErrClosed}

// systemLocale returns the language that Windows speaks, such as "ru-RU".
func systemLocale() string {
	list, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0]
}

// shellAtHand tells PowerShell from cmd.exe by the program that started this
// one. Whatever else it was, cmd.exe reads the line.
func shellAtHand() shell {
	name := strings.ToLower(programOf(uint32(os.Getppid())))
	if name == "powershell.exe" || name == "pwsh.exe" {
		return powerShell
	}
	return cmd
}

// programOf returns the file name of a process's program, empty when it is gone.
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
