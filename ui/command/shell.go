package command

import (
	"path/filepath"
	"strings"
)

// shell is a program that people type command lines into.
type shell int

const (
	posix shell = iota
	cmd
	powerShell
)

// plainCharacters need no quotes anywhere.
const plainCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,"

// line returns a command line that an operator can paste into the shell:
// program as it was called, and every word quoted that needs it.
func (s shell) line(program string, args ...string) string {
	words := []string{s.program(program)}
	for _, arg := range args {
		words = append(words, s.quote(arg))
	}
	return strings.Join(words, " ")
}

// program returns how the shell starts a program.
func (s shell) program(name string) string {
	if built := filepath.ToSlash(name); strings.Contains(built, "/go-build") && strings.Contains(built, "/exe/") {
		return "go run ." // the program is gone when it ends
	}
	quoted := s.quote(name)
	if s == powerShell && quoted != name {
		return "& " + quoted // else it is text, and printed
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
		safe = strings.ReplaceAll(safe, ",", "") + `\%` // a comma makes a list, @ a splat
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
