import pandas as pd
pd.read_csv("reports.csv").plot()
