export default function Home() { return <h1>Fresh</h1>; }
