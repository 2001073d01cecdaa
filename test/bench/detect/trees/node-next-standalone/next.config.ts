import type { NextConfig } from "next";

const nextConfig: NextConfig = {
  output: "standalone",
  images: { remotePatterns: [{ hostname: "images.example.org" }] },
};

export default nextConfig;
