#if canImport(ImageIO)
    import Storage
    import ImageIO
    import JalonGenerated

    /// Makes photos ready to be sent by the system's own decoder: any format that it reads (HEIC too, which servers of
    /// Geotrek drop unseen), turned upright, shrunk, as JPEG, without the place, the camera or anything else of the file.
    /// The full picture is never in memory at once, as it is where the library itself shrinks one.
    public struct PhotoShrinker: Sendable {
        /// Pixels of the longer side at max.
        public var mostPixels: Int
        /// From 0 to 1.
        public var quality: Double

        public init(mostPixels: Int = 2_048, quality: Double = 0.8) {
            self.mostPixels = mostPixels
            self.quality = quality
        }

        /// The JPEG of a photo in a file. Throws `JalonError` `InvalidInput` where the system cannot read it. Takes some
        /// tenths of a second: not on the main actor.
        public func jpeg(of file: URL) throws -> Data {
            try jpeg(CGImageSourceCreateWithURL(file as CFURL, [kCGImageSourceShouldCache: false] as CFDictionary))
        }

        /// The same of a photo in memory, as `PhotosPicker` hands one over.
        public func jpeg(of photo: Data) throws -> Data {
            try jpeg(CGImageSourceCreateWithData(photo as CFData, [kCGImageSourceShouldCache: false] as CFDictionary))
        }

        private func jpeg(_ source: CGImageSource?) throws -> Data {
            let options: [CFString: Any] = [
                kCGImageSourceCreateThumbnailFromImageAlways: true,
                kCGImageSourceCreateThumbnailWithTransform: true,
                kCGImageSourceThumbnailMaxPixelSize: mostPixels,
            ]
            guard let source, let photo = CGImageSourceCreateThumbnailAtIndex(source, 0, options as CFDictionary) else {
                throw JalonError.InvalidInput(field: "photo", rule: "a picture that this system can read")
            }
            let jpeg = NSMutableData()
            guard
                let destination = CGImageDestinationCreateWithData(
                    jpeg as CFMutableData, "public.jpeg" as CFString, 1, nil)
            else {
                throw JalonError.Internal(detail: "the system writes no JPEG")
            }
            // Only the pixels: properties of the source are not handed on.
            CGImageDestinationAddImage(
                destination, photo, [kCGImageDestinationLossyCompressionQuality: quality] as CFDictionary)
            guard CGImageDestinationFinalize(destination) else {
                throw JalonError.Internal(detail: "the system could not write a JPEG")
            }
            return Data(referencing: jpeg)
        }
    }
#endif
