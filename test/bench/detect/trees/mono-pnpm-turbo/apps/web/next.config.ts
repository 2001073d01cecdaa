export default { output: "standalone", transpilePackages: ["@shop/ui"] };
