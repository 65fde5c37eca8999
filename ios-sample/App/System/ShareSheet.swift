import SwiftUI
import UIKit

/// A file to share.
struct SharedFile: Identifiable {
    let url: URL

    var id: URL { url }
}

/// The share sheet of the system. Unlike `ShareLink` it gets a file that is written when the person asks for it.
private struct ShareSheet: UIViewControllerRepresentable {
    let file: SharedFile

    func makeUIViewController(context: Context) -> UIActivityViewController {
        UIActivityViewController(activityItems: [file.url], applicationActivities: nil)
    }

    func updateUIViewController(_ controller: UIActivityViewController, context: Context) {}
}

extension View {
    /// Shares a file while the binding has one.
    func shareSheet(_ file: Binding<SharedFile?>) -> some View {
        sheet(item: file) { ShareSheet(file: $0) }
    }
}
