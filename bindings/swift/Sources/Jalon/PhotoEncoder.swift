#if canImport(ImageIO)
    import Foundation
    import ImageIO
    import JalonGenerated

    /// Encodes photos for reports with the decoders of the system. They read every format of the system, such as HEIC, which
    /// Geotrek does not accept, and decode a photo at the target size, which needs less memory than the library's own
    /// decoder. The result is an upright JPEG without metadata such as the position and the camera.
    public struct PhotoEncoder: Sendable {
        /// The maximum length of the longer side in pixels.
        public var maxSidePx: Int
        /// The JPEG quality, from 0 to 1.
        public var quality: Double

        public init(maxSidePx: Int = 2_048, quality: Double = 0.8) {
            self.maxSidePx = maxSidePx
            self.quality = quality
        }

        /// Encodes the photo in a file. Takes some tenths of a second, so do not call it on the main actor.
        ///
        /// Throws `InvalidInput` if the system cannot read the photo.
        public func encodeJPEG(_ file: URL) throws -> Data {
            try encode(CGImageSourceCreateWithURL(file as CFURL, [kCGImageSourceShouldCache: false] as CFDictionary))
        }

        /// Encodes a photo in memory, such as the result of a `PhotosPicker`.
        ///
        /// Throws `InvalidInput` if the system cannot read the photo.
        public func encodeJPEG(_ photo: Data) throws -> Data {
            try encode(CGImageSourceCreateWithData(photo as CFData, [kCGImageSourceShouldCache: false] as CFDictionary))
        }

        private func encode(_ source: CGImageSource?) throws -> Data {
            let options: [CFString: Any] = [
                kCGImageSourceCreateThumbnailFromImageAlways: true,
                kCGImageSourceCreateThumbnailWithTransform: true,
                kCGImageSourceThumbnailMaxPixelSize: maxSidePx,
            ]
            guard let source, let photo = CGImageSourceCreateThumbnailAtIndex(source, 0, options as CFDictionary) else {
                throw JalonError.InvalidInput(field: "photo", rule: "must be a picture that this system can read")
            }
            // The system decodes the first part of a truncated file.
            guard CGImageSourceGetStatusAtIndex(source, 0) == .statusComplete else {
                throw JalonError.InvalidInput(field: "photo", rule: "must be a complete picture; the file is truncated")
            }
            let jpeg = NSMutableData()
            guard
                let destination = CGImageDestinationCreateWithData(
                    jpeg as CFMutableData, "public.jpeg" as CFString, 1, nil)
            else {
                throw JalonError.Internal(detail: "the system cannot encode JPEG")
            }
            // Adds only the pixels, without the properties of the source.
            CGImageDestinationAddImage(
                destination, photo, [kCGImageDestinationLossyCompressionQuality: quality] as CFDictionary)
            guard CGImageDestinationFinalize(destination) else {
                throw JalonError.Internal(detail: "the system failed to encode the JPEG")
            }
            return Data(referencing: jpeg)
        }
    }
#endif
