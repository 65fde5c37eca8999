import Foundation
import Jalon

/// What a publisher changes to make the app their own, beside the texts and the asset catalogue.
struct Configuration {
    /// The name of the territory that ships in the app.
    var bundledTerritory = "demo"
    /// The name of its archive in the bundle. Without such a file the app starts without data.
    var bundledArchive = "demo-territory"
    /// The web address of a PMTiles archive with raster tiles, from which the map of a trek is downloaded with it.
    var mapURL: String?
    /// The name of the app's directory in Application Support.
    var directory = "Jalon"
}
