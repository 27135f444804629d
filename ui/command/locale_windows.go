package command

import "golang.org/x/sys/windows"

// systemLocale returns the language that Windows speaks, such as "ru-RU".
func systemLocale() string {
	list, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0]
}
