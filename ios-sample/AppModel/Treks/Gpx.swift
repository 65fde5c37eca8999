import Foundation
import Jalon

/// A route as GPX 1.1, which other apps and watches read.
struct Gpx {
    let name: String
    let route: [Position]
    let waypoints: [RouteItem]

    /// Writes a file whose name is that of the route.
    func write() throws -> URL {
        let safe = String(name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(safe).gpx")
        try Data(text.utf8).write(to: file, options: .atomic)
        return file
    }

    var text: String {
        let points = waypoints.compactMap { item in
            item.point.map { #"<wpt lat="\#($0.lat)" lon="\#($0.lon)"><name>\#(escape(item.name))</name></wpt>"# }
        }
        let track = route.map { position in
            let elevation = position.elevation.map { "<ele>\($0)</ele>" } ?? ""
            return #"<trkpt lat="\#(position.lat)" lon="\#(position.lon)">\#(elevation)</trkpt>"#
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <gpx version="1.1" creator="Jalon" xmlns="http://www.topografix.com/GPX/1/1">
            \(points.joined(separator: "\n"))
            <trk><name>\(escape(name))</name><trkseg>
            \(track.joined(separator: "\n"))
            </trkseg></trk>
            </gpx>

            """
    }

    private func escape(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;")
    }
}
