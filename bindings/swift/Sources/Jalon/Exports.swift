import JalonGenerated

// The generated types that belong to the public API of this module. They are exported one by one, so that the other
// declarations of JalonGenerated stay hidden, and so that members are found with the compiler feature
// MemberImportVisibility, which new projects enable.
@_exported import struct JalonGenerated.AttachedFile
@_exported import struct JalonGenerated.AttachedFileSizes
@_exported import enum JalonGenerated.BlockReason
@_exported import struct JalonGenerated.Bounds
@_exported import enum JalonGenerated.ChangeKind
@_exported import struct JalonGenerated.ChangeRecord
@_exported import struct JalonGenerated.DataVersions
@_exported import struct JalonGenerated.Estimate
@_exported import struct JalonGenerated.EventDates
@_exported import enum JalonGenerated.Facet
@_exported import struct JalonGenerated.FacetValue
@_exported import struct JalonGenerated.FacetValueCount
@_exported import struct JalonGenerated.FacetValueCounts
@_exported import struct JalonGenerated.Favourite
@_exported import struct JalonGenerated.FieldErrors
@_exported import struct JalonGenerated.Header
@_exported import struct JalonGenerated.Highlight
@_exported import struct JalonGenerated.HttpRequest
@_exported import struct JalonGenerated.ImportSummary
@_exported import struct JalonGenerated.InformationDesk
@_exported import enum JalonGenerated.JalonError
@_exported import enum JalonGenerated.Kind
@_exported import struct JalonGenerated.KindCount
@_exported import struct JalonGenerated.MissingFile
@_exported import struct JalonGenerated.NearbyItem
@_exported import struct JalonGenerated.NearbyQuery
@_exported import enum JalonGenerated.NetworkKind
@_exported import enum JalonGenerated.NextTransfer
@_exported import struct JalonGenerated.Note
@_exported import struct JalonGenerated.NumericRange
@_exported import struct JalonGenerated.Object
@_exported import struct JalonGenerated.Pack
@_exported import enum JalonGenerated.PackState
@_exported import enum JalonGenerated.PackSubject
@_exported import struct JalonGenerated.PackUsage
@_exported import struct JalonGenerated.Picture
@_exported import enum JalonGenerated.PictureSize
@_exported import struct JalonGenerated.Position
@_exported import struct JalonGenerated.Profile
@_exported import struct JalonGenerated.QueuedReport
@_exported import struct JalonGenerated.RecoverySummary
@_exported import enum JalonGenerated.RefreshMode
@_exported import struct JalonGenerated.RefreshOptions
@_exported import struct JalonGenerated.RefreshSummary
@_exported import struct JalonGenerated.Report
@_exported import struct JalonGenerated.ReportAttempt
@_exported import struct JalonGenerated.ReportContent
@_exported import struct JalonGenerated.ReportPhoto
@_exported import struct JalonGenerated.ReportPosition
@_exported import enum JalonGenerated.ReportState
@_exported import struct JalonGenerated.ReportUpload
@_exported import enum JalonGenerated.ReportWarning
@_exported import enum JalonGenerated.Resolution
@_exported import enum JalonGenerated.ResponseAction
@_exported import struct JalonGenerated.RichText
@_exported import struct JalonGenerated.RouteItem
@_exported import struct JalonGenerated.SearchHit
@_exported import struct JalonGenerated.SearchResults
@_exported import struct JalonGenerated.Stage
@_exported import struct JalonGenerated.StorageUsage
@_exported import struct JalonGenerated.Term
@_exported import struct JalonGenerated.Territory
@_exported import enum JalonGenerated.TransferResult
@_exported import class JalonGenerated.Transfers
@_exported import struct JalonGenerated.TrekDetails
@_exported import struct JalonGenerated.TrekItem
@_exported import struct JalonGenerated.TrekPage
@_exported import struct JalonGenerated.TrekQuery
@_exported import enum JalonGenerated.TrekSort
@_exported import struct JalonGenerated.WebLink

/// The progress of a long call. The other languages call it `Progress`; Foundation has a type of that name.
public typealias TransferProgress = JalonGenerated.Progress
