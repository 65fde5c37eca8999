// A stand-in for PhotosUI on Linux: the declarations that this sample uses, so that it is type-checked. It shows nothing.

import Foundation
import SwiftUI

public protocol Transferable {}

extension Data: Transferable {}

public struct PhotosPickerItem: Equatable, Hashable, Sendable {
    public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { nil }
}

public struct PHPickerFilter: Sendable {
    public static let images = PHPickerFilter()
}

public struct PhotosPicker<Label: View>: View {
    let label: Label

    public init(selection: Binding<PhotosPickerItem?>, matching filter: PHPickerFilter? = nil, @ViewBuilder label: () -> Label)
    {
        self.label = label()
    }

    public var body: some View {
        Button(action: {}, label: { label })
    }
}
