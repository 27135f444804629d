package command

import (
	"path/filepath"
	"strings"
)

// shell is the program that reads the operator's command lines.
type shell int

const (
	posix shell = iota
	cmd
	powerShell
)

// plainCharacters need no quotes in any shell.
const plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,"

// line returns a command line to paste into the shell: the program as it was
// called, and each word quoted if needed.
func (s shell) line(program string, args ...string) string {
	words := []string{s.program(program)}
	for _, arg := range args {
		words = append(words, s.quote(arg))
	}
	return strings.Join(words, " ")
}

// program returns how to start a program in the shell.
func (s shell) program(name string) string {
	if built := filepath.ToSlash(name); strings.Contains(built, "/go-build") && strings.Contains(built, "/exe/") {
		return "go run ." // go run deletes the program when it exits
	}
	quoted := s.quote(name)
	if s == powerShell && quoted != name {
		return "& " + quoted // a quoted name alone is a string to PowerShell
	}
	return quoted
}

func (s shell) quote(word string) string {
	safe := plainCharacters
	switch s {
	case posix:
		safe += "@%"
	case cmd:
		safe += `\@`
	case powerShell:
		safe = strings.ReplaceAll(safe, ",", "") + `\%` // a comma makes a list, @ splats
	}
	switch {
	case word != "" && strings.Trim(word, safe) == "":
		return word
	case s == cmd:
		return `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
	case s == powerShell:
		return "'" + strings.ReplaceAll(word, "'", "''") + "'"
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
