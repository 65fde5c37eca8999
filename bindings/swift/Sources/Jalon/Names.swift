import JalonGenerated

// The records of the library, under the names that an app imports. Named one by one: whoever imports Jalon gets these and not
// the rest of JalonGenerated, and a compiler that looks at where members come from (MemberImportVisibility, on in new projects)
// is content.
@_exported import struct JalonGenerated.Account
@_exported import struct JalonGenerated.BesideItem
@_exported import struct JalonGenerated.Bounds
@_exported import struct JalonGenerated.Change
@_exported import enum JalonGenerated.ChangeKind
@_exported import struct JalonGenerated.Changes
@_exported import struct JalonGenerated.Choice
@_exported import struct JalonGenerated.Estimate
@_exported import struct JalonGenerated.Exchange
@_exported import enum JalonGenerated.Facet
@_exported import struct JalonGenerated.FacetChoices
@_exported import struct JalonGenerated.FacetValue
@_exported import struct JalonGenerated.Favourite
@_exported import struct JalonGenerated.Header
@_exported import enum JalonGenerated.HeldReason
@_exported import struct JalonGenerated.Hit
@_exported import struct JalonGenerated.Hits
@_exported import struct JalonGenerated.Imported
@_exported import struct JalonGenerated.Interval
@_exported import enum JalonGenerated.JalonError
@_exported import enum JalonGenerated.Kind
@_exported import struct JalonGenerated.KindCount
@_exported import struct JalonGenerated.Mark
@_exported import struct JalonGenerated.MissingFile
@_exported import struct JalonGenerated.NearItem
@_exported import struct JalonGenerated.NearQuery
@_exported import enum JalonGenerated.NextTransfer
@_exported import struct JalonGenerated.Note
@_exported import struct JalonGenerated.Object
@_exported import struct JalonGenerated.Outgoing
@_exported import struct JalonGenerated.Pack
@_exported import struct JalonGenerated.PackBytes
@_exported import enum JalonGenerated.PackState
@_exported import enum JalonGenerated.PackSubject
@_exported import struct JalonGenerated.Picture
@_exported import enum JalonGenerated.PictureSize
@_exported import struct JalonGenerated.Position
@_exported import struct JalonGenerated.Profile
@_exported import struct JalonGenerated.Queued
@_exported import enum JalonGenerated.Receive
@_exported import struct JalonGenerated.RefreshOptions
@_exported import struct JalonGenerated.RefreshResult
@_exported import struct JalonGenerated.Report
@_exported import struct JalonGenerated.ReportAttempt
@_exported import struct JalonGenerated.ReportContent
@_exported import struct JalonGenerated.ReportPhoto
@_exported import struct JalonGenerated.ReportPlace
@_exported import enum JalonGenerated.ReportState
@_exported import enum JalonGenerated.ReportWarning
@_exported import enum JalonGenerated.Resolution
@_exported import struct JalonGenerated.Salvaged
@_exported import struct JalonGenerated.ServerField
@_exported import struct JalonGenerated.Stage
@_exported import enum JalonGenerated.Sweep
@_exported import struct JalonGenerated.Territory
@_exported import enum JalonGenerated.TransferResult
@_exported import class JalonGenerated.Transfers
@_exported import struct JalonGenerated.TrekItem
@_exported import struct JalonGenerated.TrekPage
@_exported import struct JalonGenerated.TrekQuery
@_exported import struct JalonGenerated.TrekSheet
@_exported import enum JalonGenerated.TrekSort

// Five have another name here than in other languages, as SwiftUI, Foundation and Network have the same.
public typealias RichText = JalonGenerated.Text
public typealias WebLink = JalonGenerated.Link
public typealias Term = JalonGenerated.Label
public typealias TransferProgress = JalonGenerated.Progress
public typealias NetworkKind = JalonGenerated.Network
