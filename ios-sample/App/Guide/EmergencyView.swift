import Jalon
import SwiftUI

/// The numbers to call, and the position as a text to read aloud or to send.
struct EmergencyView: View {
    @State var model: EmergencyModel

    @Environment(\.dismiss) private var dismiss
    @Environment(\.openURL) private var openURL
    @State private var path: [Route] = []

    var body: some View {
        NavigationStack(path: $path) {
            List {
                FailureRow(failure: model.failure)
                if let sheet = model.sheet {
                    Section {
                        ForEach(sheet.numbers, id: \.self) { number in
                            Button(Texts.emergencyCall("\(number.number) \(number.label)"), systemImage: "phone") {
                                call(number)
                            }
                        }
                    }
                    Section(Texts.emergencyReadAloud) {
                        Text(sheet.text)
                            .textSelection(.enabled)
                        ShareLink(item: sheet.text) { Label(Texts.emergencyShare, systemImage: "square.and.arrow.up") }
                    }
                } else {
                    Text(Texts.emergencyNoPosition)
                    Button(Texts.emergencyCall("112"), systemImage: "phone") { open("tel:112") }
                }
            }
            .navigationTitle(Texts.emergencyTitle)
            .toolbar {
                ToolbarItem(placement: .cancellationAction) {
                    Button(Texts.actionClose) { dismiss() }
                }
            }
        }
        .task { await model.follow() }
    }

    private func call(_ number: EmergencyNumber) {
        let digits = number.number.filter { $0.isNumber || $0 == "+" }
        open("\(number.kind == .emergencySms ? "sms" : "tel"):\(digits)")
    }

    private func open(_ address: String) {
        if let url = URL(string: address) { openURL(url) }
    }
}
