package sheet

import (
	"strings"
	"unicode"

	"example.com/hikgrab/tasks"
)

// inRussian are the words of a result in Russian: titles, states and comments
// on rows. What a recorder answered stays as it is.
var inRussian = map[string]string{
	camerasSheet: "Камеры", gapsSheet: "Пробелы", filesSheet: "Файлы", runsSheet: "Запуски", "path": "путь",
	"recorder": "регистратор", "name": "объект", "channel": "канал", "stream": "поток", "camera": "камера", "state": "состояние",
	"cameras": "камеры", "files": "файлы", "recordings": "записи", "bytes": "байт", "first": "начало", "last": "конец",
	"asked": "запрошено", "recorded": "записано", "on disk": "на диске", "gaps": "пробелы", "message": "сообщение",
	"what to do": "что делать", "row": "строка", "from": "с", "to": "по", "length": "длительность", "why": "почему",
	"begun": "начат", "took": "длился", "period": "период", "exit code": "код выхода", "total": "всего", "period from": "период с", "period to": "период по",
	"as of": "на момент", "folder": "папка", "codec": "кодек", "width": "ширина", "height": "высота", "fps": "кадров/с", "frames": "кадры",
	"duration": "длится", "attempts": "попытки", "finished": "завершён", "begins": "первый кадр", "clock offset": "сдвиг часов", "kind": "тип", "notes": "примечания",
	"machine": "машина",
	"all":     "все", "%d of %d complete": "готово %d из %d", "as of an earlier run": "по прежнему запуску",
	"not part of this run, or asked for by another row": "не входит в этот запуск, или запрошено другой строкой",
	"the recorder has nothing there":                    "на регистраторе записи нет", "recorded, but not fetched": "записано, но не скачано",
	"the recorder could not be asked": "регистратор не ответил",
	tasks.Waiting.String():            "ожидание", tasks.Searching.String(): "поиск", tasks.Downloading.String(): "скачивание", tasks.Retrying.String(): "повтор",
	tasks.Pausing.String(): "приостановка", tasks.Paused.String(): "пауза", tasks.Done.String(): "готово", tasks.Incomplete.String(): "не всё",
	tasks.Empty.String(): "пусто", tasks.Failed.String(): "ошибка", tasks.Skipped.String(): "пропущено",
}

// say returns a word of a result in the language of the sheet.
func (r *result) say(word string) string {
	if said := inRussian[word]; r.in == Russian && said != "" {
		return said
	}
	return word
}

// language returns the language of most headers.
func (t *table) language(l layout) Language {
	russian, all := 0, 0
	for _, columns := range l.columns {
		for _, column := range columns {
			all++
			if strings.ContainsFunc(t.title(l, column), func(c rune) bool { return unicode.Is(unicode.Cyrillic, c) }) {
				russian++
			}
		}
	}
	if 2*russian > all {
		return Russian
	}
	return English
}

// stateColors are the backgrounds of states.
var stateColors = map[tasks.State]string{
	tasks.Done: "C6EFCE", tasks.Incomplete: "FFEB9C", tasks.Failed: "FFC7CE", tasks.Empty: "DDEBF7", tasks.Skipped: "EDEDED",
}
