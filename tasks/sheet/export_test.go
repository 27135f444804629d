package sheet

// HeaderFieldName returns the name of the field that a header names, or "".
func HeaderFieldName(header string) string {
	if f, ok := headerField(header); ok {
		return f.String()
	}
	return ""
}
