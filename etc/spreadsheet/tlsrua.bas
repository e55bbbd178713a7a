' Make tlsrua.ods, or look at one.  make-ods runs this in LibreOffice.
Option Explicit

Function Value(name, what)
	Dim p As New com.sun.star.beans.PropertyValue
	p.Name = name
	p.Value = what
	Value = p
End Function

' The first sheet of that name is there already; others are added behind it.
Function Sheet(document, name, n)
	If n = 0 Then
		document.Sheets.getByIndex(0).Name = name
	Else
		document.Sheets.insertNewByName(name, n)
	End If
	Sheet = document.Sheets.getByName(name)
End Function

' A table of the CSV folder: comma, UTF-8, numbers and dates as in English.
Sub LinkTable(document, folder, table, n)
	Dim target
	target = Sheet(document, table, n)
	target.link(folder & table & ".csv", "", "Text - txt - csv (StarCalc)", "44,34,76,1,,1033,false,true,false", _
		com.sun.star.sheet.SheetLinkMode.NORMAL)
	document.CurrentController.setActiveSheet(target)
	document.CurrentController.freezeAtPosition(0, 1)
End Sub

' Sessions and failures by week; domain, organization and policy type to choose from.
Sub AddPivot(document, name, n)
	Dim target, descriptor, fields, source, corner, field
	target = Sheet(document, name, n)
	target.getCellByPosition(0, 0).String = "Sessions by week.  These are example figures until you allow the update of links and, in the table below, choose Refresh by a right click."
	descriptor = target.getDataPilotTables().createDataPilotDescriptor()
	source = document.Sheets.getByName("weekly").getCellRangeByName("A1:O200000").RangeAddress
	descriptor.setSourceRange(source)
	descriptor.IgnoreEmptyRows = True
	descriptor.ShowFilterButton = False
	fields = descriptor.DataPilotFields
	For Each field In Array("domain", "organization", "policy_type")
		fields.getByName(field).Orientation = com.sun.star.sheet.DataPilotFieldOrientation.PAGE
	Next
	fields.getByName("week").Orientation = com.sun.star.sheet.DataPilotFieldOrientation.ROW
	For Each field In Array("counted_sessions", "counted_failed")
		fields.getByName(field).Orientation = com.sun.star.sheet.DataPilotFieldOrientation.DATA
		fields.getByName(field).Function = com.sun.star.sheet.GeneralFunction.SUM
	Next
	fields.getByName("Data").Orientation = com.sun.star.sheet.DataPilotFieldOrientation.COLUMN
	corner = target.getCellByPosition(0, 2).CellAddress
	target.getDataPilotTables().insertNewByName("weeks", corner, descriptor)
	target.Columns.getByIndex(0).Width = 4500
	target.Columns.getByIndex(1).Width = 4500
	target.Columns.getByIndex(2).Width = 4500
End Sub

' Of the CSV files in a folder, into a file of that folder.
Sub MakeSpreadsheet(folder, target)
	Dim document, n, table
	document = StarDesktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, Array(Value("Hidden", True)))
	For Each table In Array("problems", "domains", "weekly")
		LinkTable(document, folder, table, n)
		n = n + 1
	Next
	AddPivot(document, "by week", 3)
	document.storeToURL(target, Array(Value("FilterName", "calc8")))
	document.close(True)
End Sub

' Read the CSV files again, refresh the pivot, and save a copy.
Sub RefreshSpreadsheet(spreadsheet, target)
	Dim document, links, n
	document = StarDesktop.loadComponentFromURL(spreadsheet, "_blank", 0, _
		Array(Value("Hidden", True), Value("UpdateDocMode", com.sun.star.document.UpdateDocMode.FULL_UPDATE)))
	links = document.SheetLinks
	For n = 0 To links.Count - 1
		links.getByIndex(n).refresh()
	Next
	document.Sheets.getByName("by week").getDataPilotTables().getByName("weeks").refresh()
	document.storeToURL(target, Array(Value("FilterName", "calc8")))
	document.close(True)
End Sub
