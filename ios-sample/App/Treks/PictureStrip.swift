import Jalon
import SwiftUI
import UIKit

/// The downloaded pictures with their credit, side by side.
struct PictureStrip: View {
    let pictures: [Picture]
    let name: String

    var body: some View {
        if !pictures.isEmpty {
            ScrollView(.horizontal) {
                LazyHStack(spacing: 12) {
                    ForEach(pictures, id: \.url) { PictureView(picture: $0, name: name) }
                }
            }
            .frame(height: 230)
        }
    }
}

struct PictureView: View {
    let picture: Picture
    let name: String

    @State private var image: UIImage?

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            if let image {
                Image(uiImage: image)
                    .resizable()
                    .scaledToFill()
                    .frame(width: 280, height: 180)
                    .clipShape(RoundedRectangle(cornerRadius: 12))
                    .accessibilityLabel(picture.title.isEmpty ? Texts.trekPictureOf(name) : picture.title)
            } else {
                Text(Texts.trekPictureMissing)
                    .frame(width: 280, height: 180)
                    .background(.regularMaterial, in: RoundedRectangle(cornerRadius: 12))
            }
            if !picture.author.isEmpty {
                Text(Texts.trekPictureCredit(credit))
                    .font(.caption)
                    .foregroundStyle(.secondary)
            }
        }
        .task(id: picture.path) {
            guard let path = picture.path else { return }
            image = await Task.detached { UIImage(contentsOfFile: path) }.value
        }
    }

    private var credit: String {
        [picture.author, picture.license].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
