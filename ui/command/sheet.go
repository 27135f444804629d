package command

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/hikgrab/tasks/sheet"
)

func (a *app) initCommand() *cobra.Command {
	lang := ""
	c := &cobra.Command{
		Use: "init [FILE]", Short: "Write a task sheet to fill in", Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.writeTemplate(append(args, "tasks.xlsx")[0], lang)
		},
	}
	c.Flags().StringVar(&lang, "lang", "", "headers and help in `ru|en` (default the language of the system, if it is one of these)")
	return c
}

var languages = map[string]sheet.Language{"en": sheet.English, "ru": sheet.Russian}

// languageOf returns the language of a locale such as ru_RU.UTF-8.
func languageOf(locale string) sheet.Language {
	code, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "-", "_")), "_")
	return languages[code]
}

func (a *app) writeTemplate(path, lang string) error {
	language, known := languages[lang]
	switch {
	case lang == "":
		language = languageOf(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"), systemLocale()))
	case !known:
		return fmt.Errorf("--lang %s: use ru or en", lang)
	}
	if ending := filepath.Ext(path); !strings.EqualFold(ending, ".xlsx") {
		return fmt.Errorf("%s: a task sheet to fill in is an .xlsx, for its drop-downs and its help; name it %s", path, strings.TrimSuffix(path, ending)+".xlsx")
	}
	err := sheet.WriteTemplate(path, language)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already and is left alone; name another file", path)
	}
	if err != nil {
		return failed(err)
	}
	_, err = fmt.Fprintf(a.Stdout, "wrote %s; fill it in, then: %s\n", path, a.commandLine("check", path))
	return err
}

// oneSheet requires exactly one argument, and suggests the command behind a
// typo.
func oneSheet(c *cobra.Command, args []string) error {
	switch len(args) {
	case 1:
		return nil
	case 0:
		return errors.New(shortUsage)
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("there is no command %q; did you mean %q?", args[0], "hikgrab "+near[0])
	}
	return fmt.Errorf("one task sheet at a time, not %d (%s); quote a name that has spaces", len(args), strings.Join(args, " "))
}

// readSheet returns the tasks of a sheet and its warnings. Its errors are
// faults in the sheet: no recorder was contacted.
func (a *app) readSheet(c *cobra.Command, path string) (sheet.Sheet, error) {
	got, err := sheet.Read(path, a.sheetOptions())
	if errors.Is(err, fs.ErrNotExist) {
		if near := c.Root().SuggestionsFor(path); len(near) > 0 {
			return got, fmt.Errorf("there is no file or command %q; did you mean %q?", path, "hikgrab "+near[0])
		}
		return got, fmt.Errorf("%s: no such file; %q writes a task sheet to fill in", path, "hikgrab init")
	}
	if errors.Is(err, sheet.ErrSheets) || errors.Is(err, sheet.ErrOthers) {
		return got, fmt.Errorf("%w; choose one with --sheet", err)
	}
	if err != nil {
		return got, err
	}
	return got, a.flags.Apply(got.Tasks)
}

func (a *app) sheetOptions() sheet.Options {
	return sheet.Options{Sheet: a.flags.Sheet, Password: a.sheetPassword, Networks: a.networks}
}

func (a *app) sheetPassword() (string, error) {
	if password, ok := os.LookupEnv("HIKGRAB_SHEET_PASSWORD"); ok {
		return password, nil
	}
	if a.opened != nil {
		return *a.opened, nil
	}
	if !terminal(a.Stdin) {
		return "", errors.New("put its password into HIKGRAB_SHEET_PASSWORD")
	}
	typed, err := a.askHidden("Password of the workbook: ")
	a.opened = &typed
	return typed, err
}
